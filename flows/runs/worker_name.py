"""The name by which a process claims pages, and whether that process is still alive."""

from __future__ import annotations

import os
import secrets
import socket

_TOKEN = secrets.token_hex(4)


def worker_name() -> str:
    """Who holds a lease: host, process and a token, so that the next run can tell a dead holder from a live one."""
    return f"{socket.gethostname()}:{os.getpid()}:{_TOKEN}"


def is_alive(worker: str) -> bool:
    """Whether the holder of a lease still runs; holders on other hosts get the benefit of the doubt until it ends."""
    host, _, rest = worker.partition(":")
    process, _, _ = rest.partition(":")
    if host != socket.gethostname() or not process.isdigit():
        return True
    if int(process) == os.getpid():
        return worker.startswith(worker_name())
    try:
        os.kill(int(process), 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
