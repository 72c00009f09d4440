"""What a view of the analysts is: a name, columns that are all described, and the SELECT that gives them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class AnalystView:
    """A view. `columns` gives name and description in their order; `sql` selects exactly these."""

    name: str
    comment: str
    columns: dict[str, str]
    sql: str


PROVENANCE = {
    "source_url": "The address it was fetched from.",
    "fetched_at": "When that answer came, UTC.",
    "extractor_version": "The extractor that read it.",
    "raw_hash": "SHA-256 of the body it was read from, in hex.",
}
