"""Which text blocks of an annotated page are its article's: what the judge of blocks learns from."""

from __future__ import annotations

import re
from typing import Any

_TOKENS = re.compile(r"\w+")


def squashed(text: str) -> str:
    return " ".join(text.split())


def labels_by_text(texts: list[str], gold: str, size: int = 4) -> list[float | None]:
    """How much of each block the gold text holds; short blocks count when they stand next to others that are in it."""
    words = _TOKENS.findall(gold)
    shingles = {tuple(words[i : i + size]) for i in range(len(words) - size + 1)}
    joined = f" {' '.join(words)} "
    tokens = [_TOKENS.findall(text) for text in texts]
    found: list[float | None] = []
    for own in tokens:
        parts = [tuple(own[i : i + size]) for i in range(len(own) - size + 1)] if len(own) >= 6 else []
        found.append(sum(part in shingles for part in parts) / len(parts) if parts else None)
    inside = [i for i, label in enumerate(found) if label is not None and label > 0.5]
    first, last = (inside[0] - 4, inside[-1] + 4) if inside else (0, -1)
    for index, own in enumerate(tokens):
        if found[index] is not None or not own:
            continue
        after = [token for other in tokens[index + 1 : index + 3] for token in other][:2]
        before = [token for other in tokens[max(0, index - 2) : index] for token in other][-2:]
        is_there = first <= index <= last and f" {' '.join(own)} " in joined
        fits = f" {' '.join(own + after)} " in joined or f" {' '.join(before + own)} " in joined
        found[index] = float(is_there and (fits or len(own) >= 4))
    return found


def labels_by_snippets(texts: list[str], gold: dict[str, Any]) -> list[float | None]:
    wanted = [squashed(text) for text in gold["with"] if text.strip()]
    unwanted = [squashed(text) for text in [*gold["without"], *(gold.get("comments") or [])] if text.strip()]
    found: list[float | None] = []
    for text in map(squashed, texts):
        label = None
        if any(snippet in text for snippet in wanted):
            label = 1.0
        elif len(text) < 2000 and any(snippet in text for snippet in unwanted):
            label = 0.0
        found.append(label)
    return found
