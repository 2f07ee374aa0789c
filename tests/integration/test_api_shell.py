"""The page's files, its manifest and worker, and what offices show inside their own sites."""

from __future__ import annotations

import gzip
import io
import re
from collections.abc import Iterator

import httpx
import pytest
from PIL import Image
from pydantic import ValidationError

from bot.settings import Settings
from tests.conftest import Server
from tests.web_server import web_server

SITES = "https://xa-a.gov.vn https://*.tinh-b.gov.vn"


@pytest.fixture(scope="module")
def web(embedded_server: Server) -> Iterator[httpx.Client]:
    with (
        embedded_server.fresh() as conninfo,
        web_server(conninfo, settings={"embed_origins": SITES}) as server,
        httpx.Client(base_url=server.url, trust_env=False) as client,
    ):
        yield client


def static(web: httpx.Client) -> str:
    found = re.search(r'"(/static/[0-9a-f]{12})/chat\.css"', web.get("/").text)
    assert found
    return found[1]


def test_files_are_packed_and_kept_for_good_until_they_change(web: httpx.Client) -> None:
    root = static(web)
    answer = web.get(f"{root}/chat.css", headers={"Accept-Encoding": "gzip"})
    assert answer.headers["Content-Encoding"] == "gzip"
    assert answer.headers["Vary"] == "Accept-Encoding"
    assert "immutable" in answer.headers["Cache-Control"]
    plain = web.get(f"{root}/chat.css", headers={"Accept-Encoding": "identity"})
    assert "Content-Encoding" not in plain.headers
    assert plain.text == answer.text
    assert len(gzip.compress(plain.content)) < len(plain.content) / 3
    # A page that was opened before the files changed gets those of now, and keeps none.
    old = web.get("/static/000000000000/chat.css")
    assert old.text == plain.text
    assert old.headers["Cache-Control"] == "no-cache"
    assert web.get(f"{root}/nothing.css").status_code == 404
    # All that a page names is there, and scripts name each other by their plain names.
    for path in ("/", "/kiosk", "/embed", "/shell"):
        named = re.findall(r'(?:href|src)="(/[^"#]+)"', web.get(path).text)
        assert len(named) > 10
        assert {web.get(one).status_code for one in named} == {200}


def test_it_is_a_program_on_a_phone(web: httpx.Client) -> None:
    answer = web.get("/manifest.webmanifest")
    assert answer.headers["Content-Type"] == "application/manifest+json"
    manifest = answer.json()
    assert manifest["name"] == "Trợ lý thủ tục hành chính"
    assert len(manifest["short_name"]) <= 12
    assert manifest["display"] == "standalone"
    assert manifest["start_url"] == manifest["scope"] == "/"
    assert {icon["purpose"] for icon in manifest["icons"]} == {"any", "maskable"}
    for icon in manifest["icons"]:
        drawn = Image.open(io.BytesIO(web.get(icon["src"]).content))
        assert f"{drawn.width}x{drawn.height}" == icon["sizes"]
        corner = drawn.convert("RGBA").getpixel((0, 0))
        assert isinstance(corner, tuple)
        assert (corner[3] == 255) == (icon["purpose"] == "maskable")
    worker = web.get("/worker.js")
    assert worker.headers["Content-Type"].startswith("text/javascript")
    assert worker.headers["Cache-Control"] == "no-cache"
    assert f'"{static(web)}/chat.js"' in worker.text
    assert "/* " not in worker.text.split("\n", 3)[2]
    # What the worker keeps is the page without anybody's session.
    assert "Set-Cookie" not in web.get("/shell").headers


def test_only_the_sites_of_the_list_may_show_it(web: httpx.Client) -> None:
    framed = web.get("/embed")
    assert f"frame-ancestors {SITES}" in framed.headers["Content-Security-Policy"]
    assert "X-Frame-Options" not in framed.headers
    cookie = framed.headers["Set-Cookie"]
    for part in ("__Host-framed=", "Secure", "HttpOnly", "SameSite=None", "Partitioned"):
        assert part in cookie
    script = web.get("/embed.js")
    assert script.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert "Hỏi thủ tục" in script.text
    for other in ("/", "/kiosk", "/shell"):
        answer = web.get(other)
        assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
        assert answer.headers["X-Frame-Options"] == "DENY"


def test_without_a_list_nobody_may(embedded_conninfo: str) -> None:
    with web_server(embedded_conninfo) as server:
        for path in ("/embed", "/embed.js"):
            assert httpx.get(server.url + path, trust_env=False).status_code == 404


@pytest.mark.parametrize(
    "sites", ["xa-a.gov.vn", "https://xa-a.gov.vn/trang", "*", "https://a.vn; script-src *"]
)
def test_a_list_that_would_open_more_is_refused(sites: str) -> None:
    with pytest.raises(ValidationError, match="embed_origins"):
        Settings(_env_file=None, embed_origins=sites)


def test_a_page_that_keeps_its_own_session(web: httpx.Client) -> None:
    ours = {"Sec-Fetch-Site": "same-origin"}
    assert web.post("/web/session").status_code == 403
    with httpx.Client(base_url=web.base_url, headers=ours, trust_env=False) as page:
        token = page.post("/web/session").json()["token"]
        assert "Set-Cookie" not in page.get("/kiosk").headers
        assert page.get("/web/history").status_code == 403
        held = {"X-Session": token}
        said = {"text": "chào", "message_id": "m1"}
        assert page.post("/web/messages", json=said, headers=held).status_code == 202
        history = page.get("/web/history", headers=held)
        assert history.json()["items"][0]["text"] == "chào"
        assert page.get("/web/history", headers={"X-Session": "x"}).status_code == 403
        gone = page.delete("/web/data", headers=held)
        assert gone.status_code == 204
        assert "Set-Cookie" not in gone.headers
        assert page.get("/web/history", headers=held).json()["items"] == []


def test_codes_are_of_the_own_conversation_alone(web: httpx.Client) -> None:
    ours = {"Sec-Fetch-Site": "same-origin"}
    with httpx.Client(base_url=web.base_url, headers=ours, trust_env=False) as page:
        assert page.post("/web/code", json={}).status_code == 403
        held = {"X-Session": page.post("/web/session").json()["token"]}
        made = page.post("/web/code", json={}, headers=held).json()
        assert re.fullmatch(r"http://127\.0\.0\.1:\d+/\?t=[0-9a-z]{26}", made["address"])
        assert made["code"].startswith("data:image/svg+xml")
        for wanted in ({"reply": 1}, {"reply": 1, "choice": "portal"}):
            assert page.post("/web/code", json=wanted, headers=held).status_code == 404
        assert page.post("/web/code", json={"reply": 0}, headers=held).status_code == 422
