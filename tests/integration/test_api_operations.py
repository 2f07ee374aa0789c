"""Health, readiness, metrics, and the API's own page."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.conftest import Server
from tests.web_server import WebServer, web_server


@pytest.fixture(scope="module")
def conninfo(embedded_server: Server) -> Iterator[str]:
    with embedded_server.fresh() as conninfo:
        yield conninfo


@pytest.fixture(scope="module")
def server(conninfo: str) -> Iterator[WebServer]:
    with web_server(conninfo) as server:
        yield server


def samples(server: WebServer) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    text = httpx.get(f"{server.url}/metrics").text
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def test_up_and_ready(server: WebServer) -> None:
    assert httpx.get(f"{server.url}/health").json() == {"status": "ok"}
    ready = httpx.get(f"{server.url}/ready")
    assert ready.status_code == 200
    assert ready.json() == {"ready": True, "database": True, "model": True}


def test_not_ready_without_the_model(conninfo: str) -> None:
    with web_server(conninfo) as server:
        assert server.services
        server.services.broken = True
        ready = httpx.get(f"{server.url}/ready")
        assert ready.status_code == 503
        assert ready.json() == {"ready": False, "database": True, "model": False}
        assert httpx.get(f"{server.url}/health").status_code == 200


def test_without_the_database_there_is_a_sentence(conninfo: str) -> None:
    with web_server(conninfo) as server:
        assert server.services
        assert server.loop
        store = server.services.mailbox.store
        asyncio.run_coroutine_threadsafe(store.close(), server.loop).result(timeout=10)
        ready = httpx.get(f"{server.url}/ready")
        assert ready.status_code == 503
        assert ready.json() == {"ready": False, "database": False, "model": True}
        body = {"conversation": "a", "message_id": "b", "text": "khai sinh"}
        answer = httpx.post(f"{server.url}/api/v1/messages", json=body)
        assert answer.status_code == 503
        assert answer.json()["type"] == "urn:tro-ly:busy"
        assert "Retry-After" in answer.headers
        metrics = httpx.get(f"{server.url}/metrics")
        assert metrics.status_code == 200
        assert "messages_pending NaN" in metrics.text


def test_metrics_count_requests_by_route_and_outcomes(server: WebServer) -> None:
    key = ("http_requests_total", (("method", "POST"), ("route", "/api/v1/messages")))
    counted = (*key[1], ("status", "200"))
    before = samples(server).get((key[0], counted), 0.0)
    body = {"conversation": "metrics", "message_id": "1", "text": "khai sinh"}
    assert httpx.post(f"{server.url}/api/v1/messages", json=body).status_code == 200
    httpx.get(f"{server.url}/a-name-that-must-not-become-a-label")
    after = samples(server)
    assert after[key[0], counted] == before + 1
    assert after["assistant_events", (("name", "answered.test"),)] >= 1
    assert after["messages_pending", ()] == 0
    assert after["process_resident_memory_bytes", ()] > 1_000_000
    assert after["http_request_seconds_count", key[1]] >= 1
    routes = {dict(labels).get("route") for _, labels in after}
    assert "other" in routes
    assert not any(route and "must-not" in route for route in routes)


def test_every_operation_and_field_is_explained_in_vietnamese(server: WebServer) -> None:
    schema = httpx.get(f"{server.url}/openapi.json").json()
    operations = [op for path in schema["paths"].values() for op in path.values()]
    assert {operation["operationId"] for operation in operations} == {
        "understand",
        "messages",
        "replies",
        "sound",
        "list_tickets",
        "read_ticket",
        "claim_ticket",
        "transfer_ticket",
        "close_ticket",
        "answer_ticket",
        "dossier_events",
        "photos",
        "health",
        "ready",
    }
    texts = [operation[part] for operation in operations for part in ("summary", "description")]
    texts += [answer["description"] for op in operations for answer in op["responses"].values()]
    for name, model in schema["components"]["schemas"].items():
        for field, properties in model.get("properties", {}).items():
            assert "description" in properties, f"{name}.{field}"
            texts.append(properties["description"])
    assert len(texts) > 30
    vietnamese = re.compile(r"[à-ỹđ]", re.IGNORECASE)
    assert [text for text in texts if text != "ok" and not vietnamese.search(text)] == []


def test_refusals_are_described_as_they_are(server: WebServer) -> None:
    schema = httpx.get(f"{server.url}/openapi.json").json()
    refused = schema["paths"]["/api/v1/messages"]["post"]["responses"]["422"]
    assert set(refused["content"]) == {"application/problem+json"}


def test_the_docs_page_needs_nothing_from_elsewhere(server: WebServer) -> None:
    page = httpx.get(f"{server.url}/docs").text
    assert "//" not in page.replace("<!doctype", "")
    assets = re.findall(r'(?:src|href)="([^"]+)"', page)
    assert len(assets) >= 4
    for asset in assets:
        assert httpx.get(server.url + asset).status_code == 200, asset
