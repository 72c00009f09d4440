"""An object store that holds the archive's closed files, by fsspec: S3 and what speaks like it, a mounted bucket.

Objects are written whole and never changed. Where the credentials are is the store's own business (for S3 the AWS_*
variables, ~/.aws, the machine's role): no setting of ours holds one, and no sentence of ours repeats one.
"""

from __future__ import annotations

import errno
import hashlib
import re
import secrets
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO, cast
from urllib.parse import urlsplit

from storage.database.errors import ArchiveUnreachable

SCHEME = re.compile(r"[a-z][a-z0-9+.-]*://")
READ_BLOCK = 1 << 18  # bytes; most records are smaller, so that one is one request
PART = 16 * 1024 * 1024  # bytes of one part of an upload, of which S3 takes 10,000
PARTS_AT_ONCE = 2  # parts in memory
CHUNK = 1 << 20
USERINFO = re.compile(r"(://)[^\s/?#@]{1,500}@")
S3 = ("s3", "s3a")
NO_STORE = {"memory": "it forgets everything with its process", "http": "it is read-only", "https": "it is read-only"}
PATIENCE = {"connect_timeout": 5, "read_timeout": 60, "retries": {"max_attempts": 1}}  # seconds
TRIES = 2  # each with the retries above: a store that is silent costs each run of a site 20 seconds, not minutes


def is_store(address: str) -> bool:
    """Whether an archive's address names a store and not a folder."""
    return SCHEME.match(address) is not None


def fault_of(address: str) -> str | None:
    """Why a store's address cannot be one; None if it can."""
    parts = urlsplit(address)
    if "@" in parts.netloc:
        return "credentials do not belong there; give them as the store's own variables (S3: AWS_ACCESS_KEY_ID, ...)"
    if parts.scheme in NO_STORE:
        return f"{parts.scheme}:// cannot hold an archive: {NO_STORE[parts.scheme]}"
    if parts.query or parts.fragment or not (parts.netloc or parts.path.strip("/")):
        return "write it as scheme://bucket/folder, such as s3://my-bucket/tamis"
    return None


class ObjectStore:
    """One folder of a store. Threads may share one.

    Every method raises ArchiveUnreachable, in one sentence, when the store cannot be asked or refuses.
    """

    def __init__(self, address: str, **options: Any) -> None:
        """`options` go to fsspec. Raises ArchiveUnreachable without the package that speaks with such a store."""
        self.address = address.rstrip("/")
        scheme = address.partition("://")[0]
        given: dict[str, Any] = {"auto_mkdir": True} if scheme in ("file", "local") else {}
        self._sending: dict[str, Any] = {}
        if scheme in S3:
            given = {"config_kwargs": PATIENCE, "use_listings_cache": False}
            self._sending = {"chunksize": PART, "max_concurrency": PARTS_AT_ONCE}
        import fsspec  # 50 ms that an archive in a folder does not pay

        try:
            self._fs, self._root = fsspec.core.url_to_fs(self.address, **given, **options)
            if scheme in S3:
                self._fs.retries = TRIES
        except ImportError as error:
            extra = "pip install 'tamis[s3]'" if scheme in S3 else str(error)
            raise ArchiveUnreachable(f"an archive at {scheme}:// needs another package: {extra}") from error
        except Exception as error:  # whatever its library makes of the address
            raise self._unreachable(error) from error

    def put(self, path: Path, file: str) -> None:
        """Upload a file whole; on return the store holds the same bytes under that name."""
        if self.holds(path, file):
            return  # who sent it was killed before it could delete its own
        with self._asked():
            try:
                self._fs.put_file(str(path), self._at(file), **self._sending)
            except FileNotFoundError as error:  # there is no such bucket
                raise self._unreachable(error) from error
        if not self.holds(path, file):
            raise ArchiveUnreachable(f"{self.address}/{file} is not what was sent there; it is sent again")

    def try_out(self) -> None:
        """Write, read and delete a small object, as a run does."""
        name = f".tamis-{secrets.token_hex(8)}"
        with tempfile.NamedTemporaryFile() as probe:
            probe.write(name.encode())
            probe.flush()
            self.put(Path(probe.name), name)
        self.delete(name)

    def holds(self, path: Path, file: str) -> bool:
        """Whether the object of that name has the bytes of this file.

        By the checksum that S3 states of most objects; where it states none, the object is read again.
        """
        with self._asked():
            self._fs.invalidate_cache()
            try:
                facts = self._fs.info(self._at(file))
            except FileNotFoundError:
                return False
            if facts["size"] != path.stat().st_size:
                return False
            whole, tag = checksums(path)
            if str(facts.get("ETag", "")).strip('"') == tag:
                return True
            with self._fs.open(self._at(file), "rb") as stream:
                return sha256(stream) == whole

    @contextmanager
    def open(self, file: str, block: int = READ_BLOCK) -> Iterator[BinaryIO]:
        """The object as a stream that reads what it is asked for, by blocks. Raises FileNotFoundError."""
        with self._asked(), self._fs.open(self._at(file), "rb", block_size=block) as stream:
            yield cast(BinaryIO, stream)

    def files(self, suffix: str) -> list[str]:
        """The names of all objects that end so, relative to the folder."""
        with self._asked():
            self._fs.invalidate_cache()
            found = self._fs.find(self._root)
        start = len(self._root.rstrip("/")) + 1
        return sorted(name[start:] for name in found if name.endswith(suffix))

    def written_at(self, file: str) -> datetime:
        """When the object was written. Raises FileNotFoundError."""
        with self._asked():
            found: datetime = self._fs.modified(self._at(file))
        return found if found.tzinfo else found.replace(tzinfo=UTC)

    def delete(self, file: str) -> None:
        """Delete the object; one that is gone already is fine."""
        with self._asked():
            try:
                self._fs.rm_file(self._at(file))
            except FileNotFoundError:
                return

    def _at(self, file: str) -> str:
        return f"{self._root.rstrip('/')}/{file}"

    @contextmanager
    def _asked(self) -> Iterator[None]:
        try:
            yield
        except (ArchiveUnreachable, FileNotFoundError):
            raise
        except Exception as error:  # each store's library has errors of its own
            if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
                raise  # of our own disk
            raise self._unreachable(error) from error

    def _unreachable(self, error: Exception) -> ArchiveUnreachable:
        words = USERINFO.sub(r"\1", " ".join(str(error).split()))[:300]
        return ArchiveUnreachable(
            f"{self.address} refuses or cannot be reached ({type(error).__name__}: {words}); "
            "look at its address and credentials"
        )


def sha256(stream: BinaryIO) -> str:
    checksum = hashlib.sha256()
    while piece := stream.read(CHUNK):
        checksum.update(piece)
    return checksum.hexdigest()


def checksums(path: Path) -> tuple[str, str]:
    """SHA-256 of a file, and the tag that S3 gives it when it is sent as ours are: MD5, or MD5 of the parts' MD5s."""
    whole, parts = hashlib.sha256(), []
    with path.open("rb") as stream:
        while piece := stream.read(PART):
            whole.update(piece)
            parts.append(hashlib.md5(piece, usedforsecurity=False))
    size = path.stat().st_size
    if size < 2 * PART:  # sent in one piece
        with path.open("rb") as stream:
            return whole.hexdigest(), hashlib.md5(stream.read(), usedforsecurity=False).hexdigest()
    joined = hashlib.md5(b"".join(part.digest() for part in parts), usedforsecurity=False)
    return whole.hexdigest(), f"{joined.hexdigest()}-{len(parts)}"
