"""The archive of raw pages: WARC files, written before anything is parsed, in a folder or in an object store.

A file ends with its day (UTC), with its run, or once it has grown past `roll_bytes`. Every archive object writes its
own files, so no two processes append to one. A file that ends in the middle of a record (the process was killed) stays
readable up to there; the next run writes another file.

An object store takes whole objects only, so that the open file always lies in a folder, as without a store; with one,
the folder is its spool. A file that is closed is sent to the store, compared with what is there, and only then deleted
here. What a killed process left, or could not send, the next run on this machine sends. A reader looks into the spool
first.
"""

from __future__ import annotations

import errno
import os
import secrets
import shutil
import tempfile
import threading
from collections.abc import Collection, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path, PurePosixPath
from types import TracebackType
from typing import BinaryIO, cast

from storage.crawl.object_store import ObjectStore
from storage.crawl.warc import (
    ArchivedResponse,
    file_header,
    gzip_members,
    parsed_record,
    record_places,
    response_record,
)
from storage.database.errors import ArchiveBusy, ArchiveUnreachable, RecordMissing
from storage.file_locks import NoLocks, is_abandoned, lock

ROLL_BYTES = 1_000_000_000
SUFFIX = ".warc.gz"
COPY_BLOCK = 1 << 23  # bytes of one request when an object is copied whole


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchiveRef:
    """Where a record is: the file relative to the archive's folder, and its gzip member's place in bytes."""

    file: str
    offset: int
    length: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rewritten:
    """A file written anew: its name, and where each record that was kept is now, by where it was."""

    file: str
    offsets: dict[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class HandedOver:
    """What became of closed files: how many the store has taken now, how many wait in the spool, and why."""

    sent: int = 0
    waiting: int = 0
    because: str | None = None


class WarcArchive:
    """WARC files in a folder, or in a store with the folder as spool. Threads may share one; processes each make one.

    With a store every method but `append`, `sync` and `close` raises ArchiveUnreachable when it cannot be asked.
    """

    def __init__(self, folder: Path | str, roll_bytes: int = ROLL_BYTES, store: ObjectStore | None = None) -> None:
        """`roll_bytes`: a file that has grown past it is followed by another one."""
        self.folder = Path(folder)
        self.roll_bytes = roll_bytes
        self.store = store
        self.is_away = False  # the store did not take what was last handed over
        self._file: BinaryIO | None = None
        self._name = ""
        self._ended: set[str] = set()
        self._day = date.min
        self._unsynced = False
        self._turn = threading.RLock()  # an offset is taken and its record written as one step
        self._sender: ThreadPoolExecutor | None = None

    def __enter__(self) -> WarcArchive:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def name(self) -> str:
        """Where the archive is, in words."""
        return self.store.address if self.store is not None else str(self.folder)

    def append(
        self,
        url: str,
        status: int,
        reason: str,
        headers: Sequence[tuple[str, str]],
        body: bytes,
        fetched_at: datetime,
        ip: str | None = None,
    ) -> ArchiveRef:
        """Add one answer and return its place. It is safe on disk after `sync`, not before.

        `body` is the decoded body; headers which described its transfer are kept under `X-Archive-Orig-...`.
        """
        record = response_record(url, status, reason, headers, body, fetched_at, ip)
        with self._turn:
            file = self._open(fetched_at)
            offset = file.tell()
            file.write(record)
            self._unsynced = True
            return ArchiveRef(file=self._name, offset=offset, length=len(record))

    def sync(self) -> None:
        """Return when everything appended is on disk: before the transaction that refers to it commits."""
        with self._turn:
            if self._file is not None and self._unsynced:
                self._file.flush()
                os.fsync(self._file.fileno())
                self._unsynced = False

    def close(self) -> None:
        """Sync and close the file; the next `append` starts another one. An upload that is under way is awaited."""
        self._end_file()
        if self._sender is not None:
            self._sender.shutdown(cancel_futures=True)
            self._sender = None

    def hand_over(self) -> HandedOver:
        """Close the file and send to the store all that is closed, by whichever process; nothing without a store.

        Never raises for the store: what it did not take waits in the spool. The first refusal ends it, so that a store
        that is away costs one timeout and not one a file.
        """
        self._end_file()
        if self.store is None:
            return HandedOver()
        done = self._sent().result()
        self.is_away = done.because is not None
        return done

    def waiting(self) -> list[Path]:
        """The spool's files, the one that is being written among them; none without a store."""
        return sorted(self.folder.rglob(f"*{SUFFIX}")) if self.store is not None else []

    def read(self, ref: ArchiveRef) -> ArchivedResponse:
        """The answer at that place. Raises RecordMissing if there is no whole record."""
        with self._turn:
            if self._file is not None and ref.file == self._name:
                self._file.flush()
        try:
            with self._stream(ref.file) as stream:
                stream.seek(ref.offset)
                _, data = next(gzip_members(stream), (0, b""))
        except FileNotFoundError as error:
            where = "; another machine may not have sent it yet" if self.store is not None else ""
            raise RecordMissing(f"{self.name}/{ref.file} is not there{where}") from error
        except OSError as error:
            raise RecordMissing(f"{self.name}/{ref.file} cannot be read: {error}") from error
        found = parsed_record(data)
        if found is None:
            raise RecordMissing(f"{self.name}/{ref.file} has no whole record at byte {ref.offset}")
        return found

    def files(self) -> list[str]:
        """The archive's files, relative to its folder; what other machines have not sent yet is not among them."""
        here = {path.relative_to(self.folder).as_posix() for path in self.folder.rglob(f"*{SUFFIX}")}
        return sorted(here | set(self.store.files(SUFFIX) if self.store is not None else ()))

    def written_at(self, file: str) -> datetime:
        """When a file was written last, aware UTC. Raises RecordMissing."""
        try:
            return datetime.fromtimestamp(self._path(file).stat().st_mtime, UTC)
        except FileNotFoundError as error:
            if self.store is None:
                raise RecordMissing(f"{self.name}/{file} is not there") from error
        try:
            return self.store.written_at(file)
        except FileNotFoundError as error:
            raise RecordMissing(f"{self.name}/{file} is not there") from error

    def without(self, file: str, offsets: Collection[int]) -> Rewritten:
        """A copy of a file, under a new name, without the records at these offsets. It is safe on return.

        Raises ArchiveBusy while a run writes to the file (what it adds would be lost with it), RecordMissing if it is
        not there.
        """
        if file == self._name:
            self._end_file()
        old = PurePosixPath(file)
        new = str(old.with_name(f"{old.name.removesuffix(SUFFIX)}-{secrets.token_hex(3)}{SUFFIX}"))
        moved: dict[int, int] = {}
        with self._whole(file) as source, self._new(new) as out:
            for offset, end in list(record_places(source)):
                if offset in offsets:
                    continue
                moved[offset] = out.tell()
                source.seek(offset)
                out.write(source.read(end - offset))
            out.flush()
            os.fsync(out.fileno())
            if self.store is not None:
                self.store.put(self._path(new), new)
                self._path(new).unlink()
        return Rewritten(file=new, offsets=moved)

    def delete(self, file: str) -> None:
        """Delete a file of the archive; one that is gone already is fine."""
        here = self._here(file)
        if here is not None:
            with here:
                if self.store is not None:
                    _locked(here, wait=True)  # an upload that is under way ends first
                self._path(file).unlink(missing_ok=True)
        if self.store is not None:
            self.store.delete(file)

    def _path(self, file: str) -> Path:
        place = PurePosixPath(file)
        if place.is_absolute() or ".." in place.parts:  # the database may be restored from a stranger's backup
            raise RecordMissing(f"{file} is no name of an archive file")
        return self.folder / place

    @contextmanager
    def _stream(self, file: str) -> Iterator[BinaryIO]:
        """A file as a stream, from the spool or the store."""
        here = self._here(file)
        if here is not None:
            with here:
                yield here
        elif self.store is not None:
            with self.store.open(file) as far:
                yield far
        else:
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), str(self._path(file)))

    @contextmanager
    def _whole(self, file: str) -> Iterator[BinaryIO]:
        """A file that nobody writes to, here: an object is copied into a file that vanishes by itself."""
        here = self._here(file)
        if here is not None:
            with here:
                if not _locked(here):
                    raise ArchiveBusy(f"a run is writing to {self.name}/{file}; try again when it is over")
                yield here
            return
        if self.store is None:
            raise RecordMissing(f"{self.name}/{file} is not there")
        self.folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=self.folder) as copy:
            try:
                with self.store.open(file, COPY_BLOCK) as far:
                    shutil.copyfileobj(far, copy, COPY_BLOCK)
            except FileNotFoundError as error:
                raise RecordMissing(f"{self.name}/{file} is not there") from error
            copy.seek(0)
            yield cast(BinaryIO, copy)

    def _here(self, file: str) -> BinaryIO | None:
        try:
            return self._path(file).open("rb")
        except FileNotFoundError:
            return None

    def _open(self, now: datetime) -> BinaryIO:
        day = now.astimezone(UTC)
        if self._file is not None and (self._file.tell() > self.roll_bytes or day.date() > self._day):
            self._end_file()
            if self.store is not None:
                self._sent()
        if self._file is None:
            self._day = day.date()
            # unlike any other, whatever machines and containers share the store
            self._name = f"{day:%Y}/{day:%m}/tamis-{day:%Y%m%dT%H%M%S}-{os.getpid()}-{secrets.token_hex(8)}{SUFFIX}"
            self._file = self._new(self._name)
            self._file.write(file_header(PurePosixPath(self._name).name))
            self._unsynced = True
        return self._file

    def _new(self, file: str) -> BinaryIO:
        """A new file that is locked as long as it is open, so that nobody takes it for a leaving."""
        path = self._path(file)
        path.parent.mkdir(parents=True, exist_ok=True)
        while True:
            made = path.open("xb")
            try:
                if _locked(made) and os.fstat(made.fileno()).st_nlink:
                    return made
            except BaseException:
                made.close()
                raise
            made.close()  # another process took it for a leaving between our opening and our lock
            path.unlink(missing_ok=True)

    def _end_file(self) -> None:
        with self._turn:
            self.sync()
            if self._file is not None:
                self._file.close()
                self._file = None
                self._ended.add(self._name)

    def _sent(self) -> Future[HandedOver]:
        """Sends closed files in the thread for it: an upload must not hold up those who append."""
        if self._sender is None:
            self._sender = ThreadPoolExecutor(1, thread_name_prefix="archive")
        return self._sender.submit(self._send_all)

    def _send_all(self) -> HandedOver:
        sent, because = 0, None
        for path in self.waiting():
            try:
                sent += self._send(path)
            except ArchiveUnreachable as error:
                because = str(error)
                break
            except OSError as error:
                because = f"{path} cannot be sent: {error}"
                break
        return HandedOver(sent=sent, waiting=len(self.waiting()) if because else 0, because=because)

    def _send(self, path: Path) -> bool:
        """Whether the file was closed and the store has it now; then it is not here any more."""
        assert self.store is not None
        try:
            stream = path.open("r+b")
        except FileNotFoundError:
            return False  # another process has sent it
        with stream:
            file = path.relative_to(self.folder).as_posix()
            if file in self._ended:  # we have closed it ourselves: another process may be sending it
                if not (_locked(stream) and os.fstat(stream.fileno()).st_nlink):
                    return False
            elif is_abandoned(stream):  # a killed process may have left a torn record, to which nothing refers
                stream.truncate(max((end for _, end in record_places(stream)), default=0))
            else:
                return False
            if os.fstat(stream.fileno()).st_size:
                self.store.put(path, file)
            path.unlink()
            return True


def _locked(stream: BinaryIO, *, wait: bool = False) -> bool:
    """Whether the file is ours alone, as far as the file system can tell."""
    try:
        return lock(stream, wait=wait)
    except NoLocks:
        return True
