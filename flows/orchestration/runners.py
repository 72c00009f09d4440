"""Where the batches of a run may be done: in processes of ours, or on a Dask cluster."""

from __future__ import annotations

import re
from dataclasses import dataclass

from flows.errors import RunnerUnknown

PROCESSES = "processes"
LOOPBACK = ("127.0.0.1", "localhost", "[::1]")

_SCHEME = re.compile(r"^dask://(?P<host>\[[0-9A-Fa-f:]+\]|[^\s/:\[\]]+):(?P<port>\d{1,5})/?$")


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterAddress:
    """Where a Dask scheduler listens."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"tcp://{self.host}:{self.port}"


def cluster_address(runner: str) -> ClusterAddress:
    """The scheduler in dask://HOST:PORT. Raises RunnerUnknown."""
    found = _SCHEME.match(runner)
    if found is None or int(found["port"]) > 65_535:
        raise RunnerUnknown(f"{runner!r} is no runner; write processes, or dask://HOST:PORT")
    return ClusterAddress(host=found["host"], port=int(found["port"]))
