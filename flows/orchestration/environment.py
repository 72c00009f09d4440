"""Prefect's own settings, set before it is imported."""

from __future__ import annotations

import os
from collections.abc import Callable


def prepare_prefect(environment: dict[str, str] | None = None) -> None:
    """Prefect's defaults for us, before it is first imported; what the user set stays.

    No telemetry; 90 s for the ephemeral server to start (its own 20 s were missed on a slow disk); quiet client logs.
    """
    environment = os.environ if environment is None else environment  # type: ignore[assignment]
    assert environment is not None
    for name, value in {
        "DO_NOT_TRACK": "1",
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "90",
        "PREFECT_SERVER_LOGGING_LEVEL": "ERROR",
        "PREFECT_LOGGING_LEVEL": "WARNING",
    }.items():
        environment.setdefault(name, value)


def of_server(*, only_records: bool) -> dict[str, str]:
    """The environment of a server that we start.

    One that only records runs does without Prefect's catalogue of block types, which costs 5 s of CPU to write down
    when the database is new. A server with services writes it when it first starts.
    """
    environment = dict(os.environ)
    if only_records:
        environment.setdefault("PREFECT_SERVER_REGISTER_BLOCKS_ON_START", "false")
    return environment


def configured_api() -> str | None:
    """The address of the Prefect API that the operator configured, if any."""
    prepare_prefect()
    from prefect.settings import PREFECT_API_URL

    address: str | None = PREFECT_API_URL.value()
    return address


def cron_fault(cron: str, timezone: str) -> str | None:
    """Why Prefect would refuse a schedule, or None."""
    from prefect.schedules import Cron

    check: Callable[..., object] = Cron
    try:
        check(cron, timezone=timezone)
    except ValueError as error:
        return str(error)
    return None
