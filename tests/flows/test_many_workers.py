"""Several workers: a Dask cluster that does the batches of a run, and a Prefect work pool that takes the deployments."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import Request, urlopen

import pytest

from flows.commands.running import run_sites
from flows.errors import RunFailed, RunnerUnknown
from flows.fetching.policy import FetchPolicy
from flows.orchestration.cluster_batch import shared
from flows.orchestration.runners import cluster_address
from flows.orchestration.server import free_port
from flows.settings_file import build
from tests.press import ended, found_in, rows, run, running, settings_file, site_of, small_site, wait_until
from tests.servers import SiteServer


@pytest.mark.parametrize("runner", ["dask", "dask://", "dask://host", "ray://host:1", "dask://host:99999", "threads"])
def test_a_runner_that_does_not_exist_is_refused_with_what_to_write(runner: str) -> None:
    with pytest.raises(RunnerUnknown, match="write processes, or dask://HOST:PORT"):
        cluster_address(runner)


@pytest.mark.parametrize(
    ("runner", "address"), [("dask://10.0.0.5:8786", "tcp://10.0.0.5:8786"), ("dask://[::1]:8786/", "tcp://[::1]:8786")]
)
def test_the_scheduler_of_a_cluster_is_named_by_host_and_port(runner: str, address: str) -> None:
    assert str(cluster_address(runner)) == address


def test_a_cluster_needs_prefect(tmp_path: Path) -> None:
    settings = build({"sites": {"a": {"urls": ["http://127.0.0.1:9/"]}}}, base=tmp_path, environment={})
    with pytest.raises(RunnerUnknown, match="needs Prefect"):
        run_sites(settings, None, direct=True, runner="dask://127.0.0.1:8786")


def test_several_processes_are_together_as_polite_as_one() -> None:
    policy = shared(FetchPolicy(pace_s=1.0, concurrency_per_host=2), 4)
    assert (policy.share, policy.concurrency_per_host) == (4, 1)


@pytest.fixture(scope="module")
def prefect_api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """The environment in which a Prefect server of its own, on loopback, is found."""
    port = free_port()
    folder = tmp_path_factory.mktemp("prefect")
    environment = {
        "PREFECT_HOME": str(folder),
        "PREFECT_API_URL": f"http://127.0.0.1:{port}/api",
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "DO_NOT_TRACK": "1",
        "NO_PROXY": "127.0.0.1",
    }
    words = [sys.executable, "-m", "prefect", "server", "start", "--host", "127.0.0.1", "--port", str(port), "--no-ui"]
    with child(words, environment, folder / "server.log") as server:
        wait_until(lambda: server.poll() is not None or healthy(environment["PREFECT_API_URL"]), 120)
        assert server.poll() is None, (folder / "server.log").read_text()
        yield environment


def healthy(api: str) -> bool:
    try:
        with urlopen(f"{api}/health", timeout=2):
            return True
    except (URLError, OSError):
        return False


@contextmanager
def child(words: list[str], environment: dict[str, str], log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A process with its output in that file; it and its children are ended by the end of the block."""
    with log.open("wb") as stream:
        process = subprocess.Popen(
            words, env=os.environ | environment, stdout=stream, stderr=subprocess.STDOUT, start_new_session=True
        )
        try:
            yield process
        finally:
            process.terminate()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()


@pytest.fixture
def cluster() -> Iterator[Any]:
    """A Dask scheduler with two worker processes on loopback."""
    distributed = pytest.importorskip("distributed", reason="NO DASK: pip install 'tamis[dask]'")
    pytest.importorskip("prefect_dask", reason="NO DASK: pip install 'tamis[dask]'")
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, host="127.0.0.1", dashboard_address=None
    ) as local:
        yield local


def runner_of(cluster: Any) -> str:
    return "dask://" + str(cluster.scheduler_address).removeprefix("tcp://")


def worker_pids(cluster: Any) -> set[int]:
    return {int(nanny.pid) for nanny in cluster.workers.values() if nanny.pid}


@pytest.mark.integration
def test_the_batches_of_a_run_are_done_by_the_workers_of_a_cluster(
    tmp_path: Path, cluster: Any, prefect_api: dict[str, str]
) -> None:
    with SiteServer(small_site(20)) as server:
        run(site_of(server, tmp_path))
        before = len(server.requests)
        url = f"sqlite:///{tmp_path / 'far.sqlite'}"
        config = settings_file(tmp_path / "far", server, url, batch_pages=10)
        pids = worker_pids(cluster)
        with running(config, "--runner", runner_of(cluster), **prefect_api) as process:
            report = ended(process)
        asked = [request.path for request in server.requests[before:] if request.path.startswith("/fiche-")]
    assert report["failure"] is None
    assert report["counts"]["new_articles"] == 20
    assert sorted(asked) == sorted(f"/fiche-{n}" for n in range(20))
    assert found_in(url) == found_in(tmp_path)
    archived = {int(name.rsplit("-", 2)[1]) for (name,) in rows(url, "SELECT DISTINCT warc_file FROM fetches")}
    assert archived <= pids
    assert rows(url, "SELECT count(*) FROM pages WHERE lease_worker IS NOT NULL") == [(0,)]


@pytest.mark.integration
def test_the_pages_of_a_killed_worker_are_done_by_the_next_run(
    tmp_path: Path, cluster: Any, prefect_api: dict[str, str]
) -> None:
    with SiteServer(small_site(20)) as server:
        run(site_of(server, tmp_path))
        before = len(server.requests)
        url = f"sqlite:///{tmp_path / 'far.sqlite'}"
        config = settings_file(tmp_path / "far", server, url, batch_pages=10)
        with running(config, "--runner", runner_of(cluster), **prefect_api) as process:
            wait_until(lambda: len(server.requests) > before + 5 or process.poll() is not None)
            assert process.poll() is None, process.communicate()
            for pid in worker_pids(cluster):
                os.kill(pid, signal.SIGKILL)
            ended(process)  # however it ended: nannies start new workers, which may finish it
        with running(config, "--direct") as process:
            assert ended(process)["failure"] is None
    assert found_in(url) == found_in(tmp_path)


@pytest.mark.integration
def test_a_scheduler_that_does_not_answer_is_named_in_one_sentence() -> None:
    pytest.importorskip("prefect_dask", reason="NO DASK: pip install 'tamis[dask]'")
    from flows.orchestration.cluster import reporting  # it imports Prefect

    runner = f"dask://127.0.0.1:{free_port()}"
    with pytest.raises(RunFailed, match=f"no Dask scheduler answers at {runner}"), reporting(runner):
        pytest.fail("it was reached")


def deployed(config: Path, environment: dict[str, str], *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "flows.cli", "deploy", "--config", str(config), "--pool", "nights", *words]
    return subprocess.run(
        command, capture_output=True, text=True, timeout=90, env=os.environ | environment, check=False
    )


def post(api: str, path: str, data: dict[str, Any]) -> Any:
    request = Request(
        f"{api}{path}", data=json.dumps(data).encode(), headers={"Content-Type": "application/json"}, method="POST"
    )
    with urlopen(request, timeout=20) as answer:
        return json.load(answer)


@pytest.mark.integration
def test_a_worker_takes_a_deployment_from_the_pool_and_does_it(tmp_path: Path, prefect_api: dict[str, str]) -> None:
    api = prefect_api["PREFECT_API_URL"]
    with SiteServer(small_site(3)) as server:
        url = f"sqlite:///{tmp_path / 'far.sqlite'}"
        config = settings_file(tmp_path / "far", server, url)
        config.write_text(config.read_text("utf-8") + 'cron = "30 2 * * *"\ntimezone = "Europe/Paris"\n', "utf-8")
        first = deployed(config, prefect_api, "--json")
        assert first.returncode == 0, first.stderr
        assert json.loads(first.stdout) | {"api": ""} == {"pool": "nights", "api": "", "made": True, "sites": ["press"]}
        again = deployed(config, prefect_api)
        assert again.returncode == 0, again.stderr
        (found,) = post(api, "/deployments/filter", {"deployments": {"name": {"any_": ["press"]}}})
        assert found["work_pool_name"] == "nights"
        assert [schedule["schedule"]["cron"] for schedule in found["schedules"]] == ["30 2 * * *"]
        assert [schedule["schedule"]["timezone"] for schedule in found["schedules"]] == ["Europe/Paris"]
        made = post(api, f"/deployments/{found['id']}/create_flow_run", {"state": {"type": "SCHEDULED"}})
        words = [sys.executable, "-m", "prefect", "worker", "start", "--pool", "nights", "--run-once"]
        log = tmp_path / "worker.log"
        with child(words, prefect_api, log) as worker:
            deadline = time.monotonic() + 80
            state = "SCHEDULED"
            while state not in ("COMPLETED", "FAILED", "CRASHED", "CANCELLED") and time.monotonic() < deadline:
                time.sleep(0.5)
                runs = post(api, "/flow_runs/filter", {"flow_runs": {"id": {"any_": [made["id"]]}}})
                state = runs[0]["state_type"]
            del worker
    assert state == "COMPLETED", log.read_text()
    assert rows(url, "SELECT count(*) FROM articles") == [(3,)]


@pytest.mark.integration
def test_without_an_api_deploy_says_how_to_get_one(tmp_path: Path) -> None:
    with SiteServer(small_site(1)) as server:
        config = settings_file(tmp_path / "far", server, "sqlite:///far.sqlite")
    config.write_text(config.read_text("utf-8") + 'cron = "30 2 * * *"\n', "utf-8")
    home = {"PREFECT_HOME": str(tmp_path), "PREFECT_API_URL": ""}
    nothing = deployed(config, home)
    assert nothing.returncode == 2
    assert "prefect server start" in nothing.stderr
    assert len(nothing.stderr.strip().splitlines()) == 1
    silent = deployed(config, home | {"PREFECT_API_URL": f"http://127.0.0.1:{free_port()}/api"})
    assert silent.returncode == 1
    assert "did not take the deployments" in silent.stderr
    assert len(silent.stderr.strip().splitlines()) == 1
