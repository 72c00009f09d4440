"""What each host was asked during a run, and how it bore it: the figures by which operators judge our manners."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import asdict, dataclass


@dataclass(slots=True)
class HostTally:
    """One host's share. `waited` is the seconds that requests stood in line for its sake: pace and Retry-After."""

    requests: int = 0
    waited: float = 0.0
    busy: int = 0  # answers 429
    errors: int = 0  # answers of 500 and more
    silent: int = 0  # requests without an answer


class Tallies(defaultdict[str, HostTally]):
    """One tally an authority, as https://example.org."""

    def __init__(self) -> None:
        super().__init__(HostTally)

    def answered(self, authority: str, status: int) -> None:
        """Notes an answer's status."""
        self[authority].busy += status == 429
        self[authority].errors += status >= 500

    def as_json(self) -> dict[str, dict[str, float]]:
        """By host, with its port where that is unusual: what is not zero."""
        found: dict[str, dict[str, float]] = {}
        for authority, one in self.items():
            for name, value in asdict(one).items():
                if value:
                    mine = found.setdefault(authority.partition("://")[2], {})
                    mine[name] = round(mine.get(name, 0) + value, 3)
        return found
