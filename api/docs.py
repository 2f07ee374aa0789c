"""The page ``/docs``: OpenAPI with Vietnamese explanations, shown without any outside address."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import Any

import yaml
from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from starlette.responses import HTMLResponse
from starlette.staticfiles import StaticFiles

from api.assets import Assets
from api.problems import MEDIA_TYPE
from api.routes.json_api import ProblemBody
from api.shell import environment

_HERE = Path(__file__).resolve().parent
_EXPLANATIONS = _HERE / "openapi.vi.yaml"


def explained(schema: dict[str, Any], words: dict[str, Any]) -> dict[str, Any]:
    """Put the explanations into an OpenAPI document; what has none keeps its own words."""
    for operations in schema["paths"].values():
        for operation in operations.values():
            operation.update(words["operations"].get(operation["operationId"], {}))
            for status, answer in operation["responses"].items():
                answer["description"] = words["responses"].get(status, answer["description"])
                _say_problem_type(answer)
    for name, model in schema["components"]["schemas"].items():
        model.pop("description", None)
        for field, properties in model.get("properties", {}).items():
            text = words["fields"].get(f"{name}.{field}")
            if text:
                properties["description"] = text
    return schema


def _say_problem_type(answer: dict[str, Any]) -> None:
    """FastAPI takes every model for plain JSON; a problem has a media type of its own."""
    body = answer.get("content", {}).get("application/json")
    if body and body["schema"].get("$ref", "").endswith(f"/{ProblemBody.__name__}"):
        answer["content"] = {MEDIA_TYPE: body}


def _drop_unused_problem(schema: dict[str, Any]) -> None:
    """FastAPI describes its own 422 body, which this application never sends."""
    for name in ("HTTPValidationError", "ValidationError"):
        schema["components"]["schemas"].pop(name, None)


def install_docs(app: FastAPI, assets: Assets) -> None:
    """Serve ``/docs`` and ``/openapi.json`` with the explanations of ``openapi.vi.yaml``."""
    words = yaml.safe_load(_EXPLANATIONS.read_text(encoding="utf-8"))
    template = environment().get_template("docs.html")
    page = template.render(title=words["title"], static=assets.root)

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            schema = get_openapi(
                title=words["title"],
                version=app.version,
                description=words["description"],
                routes=app.routes,
                tags=[{"name": n, "description": d} for n, d in words["tags"].items()],
            )
            _drop_unused_problem(schema)
            app.openapi_schema = explained(schema, words)
        return app.openapi_schema

    async def docs() -> HTMLResponse:
        return HTMLResponse(page)

    app.openapi = openapi  # type: ignore[method-assign]  # FastAPI's documented way
    app.add_api_route("/docs", docs, include_in_schema=False)
    viewer = Path(str(files("fastapi_offline").joinpath("static")))
    app.mount("/docs-assets", StaticFiles(directory=viewer))
