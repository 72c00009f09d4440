"""`tamis doctor`: what is wrong with this installation, and how to mend it."""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Literal
from urllib.error import URLError
from urllib.request import urlopen

from flows.archive import unsent
from flows.clock import utc_now
from flows.errors import SettingsError
from flows.orchestration.environment import configured_api, cron_fault
from flows.settings import Settings, SiteSettings
from flows.settings_file import load
from storage.crawl.object_store import ObjectStore
from storage.database.errors import ArchiveUnreachable, QueryRefused, SchemaMissing, StorageError

State = Literal["ok", "warning", "broken"]

LOW_DISK_BYTES = 1_000_000_000
SERVER_IMPORT_SECONDS = 120
NEVER_TOGETHER = (
    ("fastapi", (0, 150), "the server of Prefect 3.8 does not import with it: pip install 'fastapi>=0.139,<0.150'"),
    ("sqlalchemy", (2, 1), "Prefect's schedules silently never fire with it: pip install 'sqlalchemy>=2.0.30,<2.1'"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnosis:
    """One thing that was looked at. `sentence` says what to do when the state is not ok."""

    check: str
    state: State
    sentence: str

    @property
    def broken(self) -> bool:
        return self.state == "broken"

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def ok(check: str, sentence: str) -> Diagnosis:
    return Diagnosis(check=check, state="ok", sentence=sentence)


def warning(check: str, sentence: str) -> Diagnosis:
    return Diagnosis(check=check, state="warning", sentence=sentence)


def broken(check: str, sentence: str) -> Diagnosis:
    return Diagnosis(check=check, state="broken", sentence=sentence)


def examine(config: Path | None) -> list[Diagnosis]:
    """Every check, the settings first; without settings only what needs none. Never raises for a fault it reports."""
    findings = [*check_versions(), *prefect_server(), moderation_model()]
    try:
        settings = load(config)
    except SettingsError as error:
        return [broken("settings", str(error)), *findings]
    return [
        ok("settings", f"{settings.path}: {len(settings.sites)} site(s)"),
        *findings,
        check_database(settings),
        *sql_console(settings),
        *archive(settings),
        *(finding for site in settings.sites for finding in check_schedule(site)),
    ]


def check_versions() -> Iterator[Diagnosis]:
    yield ok("python", ".".join(map(str, sys.version_info[:3])))
    for package, ceiling, why in NEVER_TOGETHER:
        try:
            found = version(package)
        except PackageNotFoundError:
            yield broken(package, f"{package} is not installed: pip install --force-reinstall tamis")
            continue
        if tuple(int(part) for part in found.split(".")[:2]) >= ceiling:
            yield broken(package, f"{found}: {why}")
        else:
            yield ok(package, found)


def prefect_server() -> Iterator[Diagnosis]:
    """A configured API must answer; without one, Prefect's own server must at least import."""
    if address := configured_api():
        try:
            with urlopen(f"{address}/health", timeout=5):  # noqa: S310 - the operator's own setting
                yield ok("prefect", f"the API at {address} answers")
        except (URLError, OSError, ValueError) as error:
            hint = "start it, or unset PREFECT_API_URL to use an ephemeral one"
            yield broken("prefect", f"the API at {address} does not answer ({error}): {hint}")
        return
    command = [sys.executable, "-c", "import prefect.server.api.server"]
    began = time.monotonic()
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=SERVER_IMPORT_SECONDS)  # noqa: S603 - fixed words
    except subprocess.TimeoutExpired:
        yield broken("prefect", f"its server did not import in {SERVER_IMPORT_SECONDS} s: the disk is too slow for it")
        return
    if done.returncode:
        fault = done.stderr.strip().splitlines()[-1:] or ["no message"]
        yield broken("prefect", f"its server does not import ({fault[0]}): pip install --force-reinstall tamis")
    else:
        seconds = time.monotonic() - began
        yield ok("prefect", f"no API configured; runs use an ephemeral server (it imports in {seconds:.0f} s)")


def moderation_model() -> Diagnosis:
    from moderation.moderate import Moderator
    from moderation.verdict import Submission

    try:
        verdict = Moderator(lean=True).judge(Submission(id="doctor", text="Merci pour cet article !"))
    except (OSError, ValueError) as error:
        return broken("moderation", f"the model does not load ({error}): pip install --force-reinstall tamis")
    return ok("moderation", f"model {verdict.model_version}, policy {verdict.policy_version}")


def check_database(settings: Settings) -> Diagnosis:
    from storage.opening import open_database

    if missing(settings.database_url):
        return warning("database", "there is none yet; the first `tamis run` or `tamis db upgrade` makes it")
    try:
        with open_database(settings.database_url) as db:
            return ok("database", f"{db.dialect}, schema up to date")
    except SchemaMissing as error:
        return warning("database", str(error))
    except StorageError as error:
        return broken("database", str(error))


def sql_console(settings: Settings) -> Iterator[Diagnosis]:
    """Whether analysts' statements are answered, as the desk would ask."""
    from flows.desk.state import console_of
    from storage.opening import open_database

    if missing(settings.database_url):
        return
    try:
        with open_database(settings.database_url) as db:
            console_of(db, settings).check()
    except QueryRefused as error:
        found = warning if error.why == "no_reader" else broken
        yield found("sql console", f"the desk's /data is off: {error}")
    except StorageError:
        return  # told as the database's fault already
    else:
        yield ok("sql console", "reads the documented views and nothing else")


def missing(database_url: str) -> bool:
    prefix = "sqlite:///"
    return database_url.startswith(prefix) and not Path(database_url.removeprefix(prefix)).exists()


def archive(settings: Settings) -> Iterator[Diagnosis]:
    """The folder that raw pages are written to, and the object store that they go to, if there is one."""
    folder, key = settings.archive_folder, "archive_spool" if settings.archive_store else "archive"
    existing = next(path for path in (folder, *folder.parents) if path.exists())
    free = shutil.disk_usage(existing).free
    if not writable(existing):
        yield broken("archive", f"{existing} cannot be written; change its owner or set {key} to another folder")
    elif free < LOW_DISK_BYTES:
        yield warning("archive", f"{folder}: only {free / 1e9:.1f} GB free; raw pages need room, make some")
    else:
        yield ok("archive", f"{folder}: {free / 1e9:.0f} GB free")
    if settings.archive_store is None:
        return
    try:
        ObjectStore(settings.archive_store).try_out()
    except ArchiveUnreachable as error:
        yield broken("archive store", f"{error}; until then raw pages wait in {folder}")
    else:
        yield ok("archive store", f"{settings.archive_store} takes and gives files")
    if (late := unsent(settings, utc_now())) is not None:
        yield warning("archive store", late)


def writable(folder: Path) -> bool:
    probe = folder / ".tamis-doctor"
    try:
        probe.touch()
        probe.unlink()
    except OSError:
        return False
    return True


def check_schedule(site: SiteSettings) -> Iterator[Diagnosis]:
    if site.cron is None:
        yield warning(f"site {site.name}", "no cron line: `tamis schedule` leaves it out")
        return
    if fault := cron_fault(site.cron, site.timezone):
        yield broken(f"site {site.name}", f"cron = {site.cron!r} is not valid ({fault}); write five fields")
    else:
        yield ok(f"site {site.name}", f"runs at {site.cron} ({site.timezone})")
