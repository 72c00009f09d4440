"""Locks on files, of the operating system: those of a killed process are free at once.

Not every file system has them (some network file systems, some FUSE mounts). There nobody can say whether a file is
being written; what rests on a lock then asks how long ago the file was written last.
"""

from __future__ import annotations

import errno
import fcntl
import os
import time
from typing import IO

NONE_HERE = frozenset({errno.ENOLCK, errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP, errno.EINVAL})
"""What `flock` says on a file system without locks."""

UNTOUCHED_SECONDS = 2 * 24 * 3600.0
"""A file that was not written to for so long is nobody's any more: backups end sooner, archive files end with their
day."""


class NoLocks(OSError):
    """The file system has no locks."""


def lock(stream: IO[bytes], *, wait: bool = False) -> bool:
    """Whether this file is ours alone from now on, until it is closed. Raises NoLocks where there are none.

    `wait`: until whoever has it lets go; otherwise False is the answer.
    """
    try:
        fcntl.flock(stream, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError as error:
        if error.errno in NONE_HERE:
            raise NoLocks(error.errno, os.strerror(error.errno or 0)) from error
        raise
    return True


def unlock(stream: IO[bytes]) -> None:
    """Let go of a lock before the file is closed."""
    fcntl.flock(stream, fcntl.LOCK_UN)


def is_abandoned(stream: IO[bytes]) -> bool:
    """Whether nobody writes this file any more; then it is locked for us until it is closed, where there are locks.

    False as well for a file that was deleted since it was opened.
    """
    try:
        free = lock(stream)
    except NoLocks:
        free = time.time() - os.fstat(stream.fileno()).st_mtime > UNTOUCHED_SECONDS
    return free and os.fstat(stream.fileno()).st_nlink > 0
