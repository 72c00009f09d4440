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
    """Every signal: its weight for comments in log-odds, the expert's, what it looks for."""
    weights = model.channels["comment"].signals
    lines = ["| signal | weight | expert's | what it looks for |", "| --- | ---: | ---: | --- |"]
    lines += [
        f"| `{named.name}` | {weights[named.name]:+.2f} | {named.prior:+.2f} | {named.meaning_en} |"
        for named in sorted(all_signals(), key=lambda named: (-weights[named.name], named.name))
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


def with_tables(page: str, model: Model) -> str:
    """A documentation page with its marked tables brought up to date."""
    for name, table in (("signals", signals_table(model)), ("provenance", provenance_table(model))):
        block = f"<!-- {name} -->\n{table}\n<!-- /{name} -->"
        page = re.sub(_MARKED.format(name=name), lambda _, block=block: block, page, flags=re.DOTALL)  # type: ignore[misc]
    return page


def main() -> None:
    docs = Path(__file__).parents[2] / "docs"
    for page in (docs / "moderation.md", docs / "model-card.md"):
        page.write_text(with_tables(page.read_text("utf-8"), shipped_model()), "utf-8")


if __name__ == "__main__":
    main()
