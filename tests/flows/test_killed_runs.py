"""A run that is killed leaves no server of ours behind."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest

from flows.orchestration import scheduling
from flows.settings_file import build
from tests.press import wait_until

STARTS = """
import os
from flows.orchestration.environment import prepare_prefect
prepare_prefect()
os.environ.pop("PREFECT_API_URL", None)
from flows.observe import configure
from flows.orchestration.server import died, scheduler
configure()
with scheduler(lambda words: None, "--no-services") as address:
    print(address, flush=True)
    input()
print(died())
"""


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """One home for the servers of this file: making its database is half of what a first start costs."""
    return {**os.environ, "PREFECT_HOME": str(tmp_path_factory.mktemp("prefect"))}


def of_group(command: str) -> list[int]:
    """The processes whose command line holds that text."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            words = (folder / "cmdline").read_bytes().decode(errors="replace")
        except OSError:
            continue
        if command in words and int(folder.name) != os.getpid():
            found.append(int(folder.name))
    return found


@pytest.mark.integration
@pytest.mark.skipif(not Path("/proc/self/cmdline").exists(), reason="NO /proc: processes cannot be listed")
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_a_killed_run_leaves_no_server_behind(number: signal.Signals, environment: dict[str, str]) -> None:
    run = subprocess.Popen(
        [sys.executable, "-c", STARTS], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
    )
    assert run.stdout is not None
    port = run.stdout.readline().strip().removesuffix("/api").rpartition(":")[2]
    assert port.isdigit()
    assert of_group(f"--port\0{port}\0") != []
    run.send_signal(number)
    run.wait()
    deadline = time.monotonic() + 120
    while of_group(f"--port\0{port}\0") and time.monotonic() < deadline:
        time.sleep(0.2)
    assert of_group(f"--port\0{port}\0") == []


@pytest.mark.integration
@pytest.mark.skipif(not Path("/proc/self/cmdline").exists(), reason="NO /proc: processes cannot be listed")
def test_a_server_that_dies_under_a_run_is_started_again_at_its_address(environment: dict[str, str]) -> None:
    pipes = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE)
    with subprocess.Popen([sys.executable, "-c", STARTS], text=True, env=environment, **pipes) as run:
        assert run.stdout is not None
        address = run.stdout.readline().strip()
        port = address.removesuffix("/api").rpartition(":")[2]
        # the last of them: the process that holds the server has its words in its own
        os.kill(max(of_group(f"--port\0{port}\0")), signal.SIGKILL)
        wait_until(lambda: not answers(address))
        wait_until(lambda: answers(address), 120)
        counted, told = run.communicate("\n")
    assert (run.returncode, counted.strip()) == (0, "1")
    assert told.count("prefect_server_died") == 1
    assert of_group(f"--port\0{port}\0") == []


async def test_a_schedule_goes_on_when_its_runner_gave_up_on_a_silent_server(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tries: list[str] = []

    class GivesUp:
        def __init__(self, **options: object) -> None:
            tries.append("made")

        async def aadd_deployment(self, deployment: object) -> None:
            if len(tries) == 2:
                raise OSError("the server is not back yet")

        async def start(self, webserver: bool) -> None:
            if len(tries) == 1:
                raise RuntimeError("Service exceeded error threshold.")
            self.handle_sigterm()  # type: ignore[attr-defined]
            await asyncio.Event().wait()

    async def deployment_of(*given: object) -> None:
        """None is needed."""

    monkeypatch.setattr("prefect.runner.Runner", GivesUp)
    monkeypatch.setattr(scheduling, "deployment_of", deployment_of)
    monkeypatch.setattr(scheduling, "AGAIN_SECONDS", 0.01)
    site = {"urls": ["http://127.0.0.1:9/"], "cron": "0 3 * * *"}
    settings = build({"sites": {"press": site}}, base=tmp_path, environment={})
    await asyncio.wait_for(scheduling.watch(settings, settings.sites), 60)
    assert len(tries) == 3


def answers(api: str) -> bool:
    try:
        with urlopen(f"{api}/health", timeout=2):
            return True
    except (URLError, OSError):
        return False


@pytest.mark.integration
def test_a_prefect_database_of_another_version_stops_no_run(tmp_path: Path) -> None:
    with contextlib.closing(sqlite3.connect(tmp_path / "prefect.db")) as other:
        other.executescript(
            "CREATE TABLE alembic_version (version_num); INSERT INTO alembic_version VALUES ('of_later')"
        )
    environment = {**os.environ, "PREFECT_HOME": str(tmp_path)}
    run = subprocess.run([sys.executable, "-c", STARTS], input="\n", capture_output=True, text=True, env=environment)
    assert run.returncode == 0, run.stderr
    assert run.stdout.startswith("http://127.0.0.1:")
