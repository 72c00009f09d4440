"""The model card's numbers: `python -m moderation.classifier.card` brings the tables in docs/ up to date.

The prose of docs/moderation.md and docs/model-card.md is written by hand; what stands between the markers comes from
the shipped model.
"""

from __future__ import annotations

import re
from pathlib import Path

from moderation.classifier.model import CHANNELS, Model, shipped_model
from moderation.signals import all_signals

_MARKED = "<!-- {name} -->\n.*?<!-- /{name} -->"


def signals_table(model: Model) -> str:
    """Every signal that the model weighs: its weight for comments in log-odds, the expert's, what it looks for.

    A signal newer than the model weighs its expert's weight and has its row after the next training.
    """
    weights = model.channels["comment"].signals
    lines = ["| signal | weight | expert's | what it looks for |", "| --- | ---: | ---: | --- |"]
    lines += [
        f"| `{named.name}` | {weights.get(named.name, named.prior):+.2f} | {named.prior:+.2f} | {named.meaning_en} |"
        for named in sorted(all_signals(), key=lambda named: (-weights.get(named.name, 0.0), named.name))
        if named.name in weights
    ]
    return "\n".join(lines)


def provenance_table(model: Model) -> str:
    """The rows that the model was trained on, by source and label, and its channels."""
    rows = model.provenance.get("rows", {})
    sources = sorted({key.rpartition("/")[0] for key in rows})
    lines = ["| source | spam | ham |", "| --- | ---: | ---: |"]
    lines += [f"| {name} | {rows.get(f'{name}/spam', 0):,} | {rows.get(f'{name}/ham', 0):,} |" for name in sources]
    lines += ["", "| channel | intercept | largest step of the wording |", "| --- | ---: | ---: |"]
    for name in CHANNELS:
        channel = model.channels[name]
        lines.append(f"| {name} | {channel.intercept:+.2f} | {channel.scale:.2e} |")
    return f"Model version `{model.version}`.\n\n" + "\n".join(lines)


def left_out_tables(model: Model) -> str:
    """What each source left out, each year and each language got, the worst first."""
    found = model.provenance.get("left_out")
    if not found:
        return "This model was trained without leaving sources out."
    lines = ["| comments judged by a model without their source | all | of the second part |", "| --- | ---: | ---: |"]
    for key, name in _POOLED.items():
        whole, second = found["pooled"][key], found["pooled_second"][key]
        lines.append(
            f"| {name} | {whole:,.3f} | {second:,.3f} |"
            if key != "comments"
            else f"| {name} | {whole:,.0f} | {second:,.0f} |"
        )
    policy = found.get("policy", {})
    if policy:
        lines += ["", "| what the shipped policy makes of them, other languages held too | share |", "| --- | ---: |"]
        lines += [f"| {name} | {policy[key]:.4f} |" for key, name in _POLICY.items()]
    ham, flagged = found["notices"]
    lines += ["", f"Notices from real sites called spam: {flagged} of {ham}."]
    for key, name in (("sources", "source left out"), ("years", "year"), ("languages", "language")):
        lines += ["", f"| {name} | spam | found | ham | called spam |", "| --- | ---: | ---: | ---: | ---: |"]
        lines += [
            f"| {group} | {spam:,} | {_share(hit)} | {ham:,} | {_share(wrong)} |"
            for group, spam, ham, hit, wrong in found[key]
        ]
    return "\n".join(lines)


_POOLED = {
    "comments": "comments",
    "recall_at_1": "recall at 1 % false positives",
    "recall_at_01": "recall at .1 % false positives",
    "average_precision": "average precision",
    "f1": "F1 at the shipped threshold",
    "precision": "precision",
    "recall": "recall",
    "flagged": "readers' comments called spam",
    "calibration_error": "calibration error",
}


_POLICY = {
    "spam_published": "spam that is published",
    "ham_as_spam": "readers' comments held as spam",
    "ham_as_offer": "readers' comments held as advertisements",
    "ham_for_language": "readers' comments held for their language alone",
}


def _share(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"


def with_tables(page: str, model: Model) -> str:
    """A documentation page with its marked tables brought up to date."""
    for name, table in (
        ("signals", signals_table(model)),
        ("provenance", provenance_table(model)),
        ("left-out", left_out_tables(model)),
    ):
        block = f"<!-- {name} -->\n{table}\n<!-- /{name} -->"
        page = re.sub(_MARKED.format(name=name), lambda _, block=block: block, page, flags=re.DOTALL)  # type: ignore[misc]
    return page


def main() -> None:
    docs = Path(__file__).parents[2] / "docs"
    for page in (docs / "moderation.md", docs / "model-card.md"):
        page.write_text(with_tables(page.read_text("utf-8"), shipped_model()), "utf-8")


if __name__ == "__main__":
    main()
