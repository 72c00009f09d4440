"""What a monitoring system asks of `tamis schedule`."""

from __future__ import annotations

from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest

from flows.clock import utc_now
from flows.errors import RunFailed
from flows.orchestration.monitoring import monitored
from flows.settings_file import build
from storage.crawl.runs import finish_run, note_hosts, start_run


def settings_for(url: str):
    site = {"urls": ["https://mag.example/"], "cron": "30 2 * * *"}
    return build({"database_url": url, "sites": {"mag": site}}, base=Path("/"), environment={})


def asked(address: str) -> tuple[int, str]:
    try:
        with urlopen(address, timeout=10) as answer:
            return answer.status, answer.read().decode()
    except HTTPError as error:
        return error.code, error.read().decode()


def test_it_is_well_while_the_database_and_the_scheduler_answer_and_gives_its_figures(database):
    class Prefect(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200 if self.path == "/api/health" else 404)
            self.end_headers()

        def log_message(self, *arguments: object) -> None:
            pass

    run = start_run(database, "mag", "run", utc_now())
    note_hosts(database, run, {"mag.example": {"requests": 7, "busy": 1}})
    finish_run(database, run, {"pages": 7}, "finished", utc_now())
    prefect = HTTPServer(("127.0.0.1", 0), Prefect)
    Thread(target=prefect.serve_forever, daemon=True).start()
    scheduler = f"http://127.0.0.1:{prefect.server_address[1]}/api"
    said: list[str] = []
    with monitored(settings_for(database.url), scheduler, "127.0.0.1", 0, said.append) as port:
        here = f"http://127.0.0.1:{port}"
        assert asked(f"{here}/healthz") == (200, "ok\n")
        status, figures = asked(f"{here}/metrics")
        assert status == 200
        assert 'tamis_last_run_good{site="mag"} 1.0' in figures
        assert 'tamis_last_run_host{host="mag.example",site="mag",what="busy"} 1.0' in figures
        assert 'tamis_next_run_start_seconds{site="mag"}' in figures
        assert "tamis_prefect_server_deaths_total 0.0" in figures
        assert asked(f"{here}/")[0] == 404
        prefect.shutdown()
        prefect.server_close()
        assert asked(f"{here}/healthz") == (503, "the Prefect server does not answer\n")
        with (
            pytest.raises(RunFailed, match="--port"),
            monitored(settings_for(database.url), scheduler, "127.0.0.1", port, print),
        ):
            pass
    assert said == [f"{here}/healthz and /metrics answer."]


def test_a_database_that_is_away_is_told_without_saying_why(tmp_path):
    settings = settings_for(f"sqlite:///{tmp_path}/none/tamis.db")
    with monitored(settings, "http://127.0.0.1:9/api", "127.0.0.1", 0, print) as port:
        for path in ("healthz", "metrics"):
            assert asked(f"http://127.0.0.1:{port}/{path}") == (503, "the database does not answer\n")


def test_without_a_port_nothing_listens(tmp_path):
    with monitored(settings_for("sqlite:///x.db"), "", "127.0.0.1", None, print) as port:
        assert port == 0
