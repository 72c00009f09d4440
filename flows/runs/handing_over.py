"""At the end of a run: the raw pages that it wrote go to the object store, where the archive is one."""

from __future__ import annotations

import socket
from collections.abc import Sequence

from flows.archive import counted
from flows.clock import utc_now
from flows.observe import log
from flows.runs.alarms import Alarm, AlarmKind
from flows.runs.telling import tell
from flows.settings import Settings
from storage.crawl.archive import WarcArchive
from storage.database.engine import Database


def hand_over(settings: Settings, db: Database, archive: WarcArchive) -> tuple[str, ...]:
    """Sends what is closed, and tells people once when the store does not take it, and when it does again.

    Returns sentences for the run's report. The store never makes a run fail: what it did not take stays in the spool.
    """
    if archive.store is None:
        return ()
    done = archive.hand_over()
    machine = f"the archive of {socket.gethostname()}"
    alarms: Sequence[Alarm] = ()
    said: tuple[str, ...] = ()
    if done.because is not None:
        log("archive_unsent", files=done.waiting, because=done.because)
        sentence = (
            f"{done.because}: {counted(done.waiting)} of raw pages not sent, in {archive.folder}; nothing is lost, and "
            "the next run on this machine sends them"
        )
        said = (sentence,)
        alarms = (Alarm(kind=AlarmKind.ARCHIVE, site=machine, sentence=sentence),)
    elif done.sent:
        log("archive_sent", files=done.sent)
    return said + tell(settings, db, machine, alarms, utc_now(), (AlarmKind.ARCHIVE,))
