"""Traces for OpenTelemetry: what a message costs at the door, in its turn and in its sending.

Spans are cheap nothings until :func:`exporting` is given an address. What is written into one are
names, counts and kinds: no text, no chat, no name, and of an error its type alone, because its
words may hold a citizen's. Between processes the trace goes along in the arguments of the jobs.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from opentelemetry import trace
from opentelemetry.trace import Span, Status, StatusCode
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

SERVICE = "tro-ly-thu-tuc"
_PARENT = "traceparent"
_tracer = trace.get_tracer(SERVICE)
_carrier = TraceContextTextMapPropagator()


@contextmanager
def span(name: str, parent: str | None = None, **attributes: str | int) -> Iterator[Span]:
    """Measure the block as a part of what is measured already, or of ``parent``, as :func:`here`
    gave it in another process."""
    context = _carrier.extract({_PARENT: parent}) if parent else None
    with _tracer.start_as_current_span(
        name,
        context=context,
        attributes=attributes,
        record_exception=False,
        set_status_on_exception=False,
    ) as measured:
        try:
            yield measured
        except Exception as error:
            measured.set_status(Status(StatusCode.ERROR, type(error).__name__))
            raise


def here() -> str | None:
    """What is measured now, for another process to go on with; None where nothing is traced."""
    told: dict[str, str] = {}
    _carrier.inject(told)
    return told.get(_PARENT)


def number() -> str | None:
    """The trace's number as others show it, 32 hex digits; None where nothing is traced."""
    context = trace.get_current_span().get_span_context()
    return trace.format_trace_id(context.trace_id) if context.is_valid else None


@contextmanager
def exporting(url: str | None, version: str) -> Iterator[None]:
    """Send the spans of this process to a collector (OTLP over HTTP, ``/v1/traces`` is added) while
    the block runs; nothing without ``url``. Once in a process: OpenTelemetry has one provider."""
    if url is None:
        yield
        return
    # The export costs a tenth of a second to import: only where it is wanted.
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import (  # noqa: PLC0415
        OTLPSpanExporter,
    )
    from opentelemetry.sdk.resources import Resource  # noqa: PLC0415
    from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415
    from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415

    resource = Resource.create({"service.name": SERVICE, "service.version": version})
    provider = TracerProvider(resource=resource, shutdown_on_exit=False)
    exporter = OTLPSpanExporter(endpoint=f"{url.rstrip('/')}/v1/traces", timeout=5)
    provider.add_span_processor(BatchSpanProcessor(exporter))
    trace.set_tracer_provider(provider)
    try:
        yield
    finally:
        provider.shutdown()
