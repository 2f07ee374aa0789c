"""The web application around already opened services."""

from __future__ import annotations

from anyio import CapacityLimiter
from fastapi import FastAPI

from api import shell
from api.assets import Assets
from api.context import Context
from api.docs import install_docs
from api.limits import Limits, TokenBuckets
from api.metrics import Metrics
from api.observe import Observe
from api.ports import Services
from api.problems import install_problem_handlers
from api.routes import (
    dossier_events,
    json_api,
    operations,
    pages,
    photos,
    pictures,
    telegram,
    tickets,
    voice,
    web,
    zalo,
)
from api.routes import shell as shell_routes
from api.security import Sessions
from api.streams import Streams
from api.wording import Wording, load_wording
from bot.messages import VOICE
from bot.pictures import Pictures
from bot.printer import Printer
from knowledge_base.drawings import load as load_drawings

VERSION = "1"  # of the JSON API, as in its paths
_CITIZENS = (shell_routes, web, voice, photos, pages, pictures)
_ROUTES = (json_api, tickets, dossier_events, *_CITIZENS, operations, telegram, zalo)


def create_app(
    services: Services,
    *,
    limits: Limits | None = None,
    wording: Wording | None = None,
    answer_within: float = 20.0,
) -> FastAPI:
    """Build the application.

    Args:
        services: opened by the caller, who closes them after the application has stopped.
        limits: what one address may ask for; from the settings otherwise.
        wording: the sentences by key; read from the wording folder otherwise.
        answer_within: seconds for which ``/api/v1/messages`` keeps a caller waiting.

    Returns:
        The application. ``app.state.context.closing`` is set by who stops it, so that open
        streams end.

    Raises:
        WordingError: the wording cannot be read.
        PhraseError: a sentence of the page is missing.
    """
    settings = services.settings
    limits = limits or Limits(per_second=settings.rate_per_second)
    context = _context(services, limits, wording or load_wording())
    app = FastAPI(docs_url=None, redoc_url=None, version=VERSION)
    app.state.context = context
    app.state.model_probe = operations.new_probe()
    app.state.understand_limiter = CapacityLimiter(2)
    app.state.answer_within = answer_within
    app.state.shell = _shell(context)
    install_problem_handlers(app, context.wording)
    for routes in _ROUTES:
        app.include_router(routes.router)
    install_docs(app, context.assets)
    app.add_middleware(Observe, context=context)
    return app


def _shell(context: Context) -> shell.Shell:
    services = context.services
    phone, hears = services.settings.helper_phone, services.media.reads(VOICE)
    return shell.build(context.assets, context.wording, phone, hears=hears)


def _context(services: Services, limits: Limits, wording: Wording) -> Context:
    settings = services.settings
    bot = services.telegram.own_name if services.telegram else None
    drawings = load_drawings()
    return Context(
        services=services,
        wording=wording,
        limits=limits,
        metrics=Metrics(),
        sessions=Sessions(https=settings.is_https, days=settings.retention_days),
        buckets=TokenBuckets(limits),
        streams=Streams(per_chat=limits.streams_per_chat, total=limits.streams),
        drawings=drawings,
        pictures=Pictures(drawings),
        printer=Printer(services.mailbox.store, settings.public_address, bot),
        assets=Assets(),
        openings=TokenBuckets(Limits(burst=limits.openings, per_second=limits.openings / 100)),
        photos=TokenBuckets(Limits(burst=limits.photos, per_second=limits.photos / 100)),
    )
