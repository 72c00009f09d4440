"""Spans of runs, their stages and their pages, for OpenTelemetry: where the time of a night went.

    trace_to("http://127.0.0.1:4318")
    with span("page", url=url):
        ...

Nothing is imported and nothing is noted until `otlp_endpoint` names a collector.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flows import __version__
from flows.errors import SettingsError

_provider: Any = None


def trace_to(endpoint: str | None) -> None:
    """Sends the spans of this process to that collector (OTLP over HTTP) from here on; None: nowhere.

    Raises SettingsError without the extra that brings the sender.
    """
    if endpoint is None or _provider is not None:
        return
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ImportError as error:
        raise SettingsError("otlp_endpoint needs OpenTelemetry: pip install 'tamis[otel]', or leave it out") from error
    trace_by(BatchSpanProcessor(OTLPSpanExporter(endpoint=f"{endpoint.rstrip('/')}/v1/traces")))


def trace_by(processor: Any) -> None:
    """Hands the spans to an OpenTelemetry span processor. Ours alone: what Prefect traces is its own affair."""
    global _provider
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider

    _provider = TracerProvider(resource=Resource.create({"service.name": "tamis", "service.version": __version__}))
    _provider.add_span_processor(processor)


def flush() -> None:
    """Sends what was noted; the process may end at any time after a run."""
    if _provider is not None:
        _provider.force_flush()


@contextmanager
def span(name: str, **attributes: str | int | float | bool) -> Iterator[None]:
    """Notes how long the block took, within the span around it; one that raises is marked as failed."""
    if _provider is None:
        yield
        return
    named = {f"tamis.{key}": value for key, value in attributes.items()}
    with _provider.get_tracer("tamis", __version__).start_as_current_span(name, attributes=named):
        yield
