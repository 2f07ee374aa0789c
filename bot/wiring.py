"""Builds the program's objects; nothing else does."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

from threadpoolctl import threadpool_limits

from actions import menu
from actions.dossier_sources.config import Sources, open_sources
from actions.perform import World
from actions.place import Places
from actions.rehearsal import rehearse
from actions.replies import Reply
from actions.tickets import Team
from actions.understanding import Understanding
from bot import team_hours
from bot.brain import Brain, Mind
from bot.channels.telegram.channel import TelegramChannel, open_telegram
from bot.channels.zalo_bot.channel import ZaloBotChannel, open_zalo_bot
from bot.channels.zalo_oa.channel import ZaloOaChannel, open_zalo_oa
from bot.desk import Desk
from bot.mailbox import Mailbox, open_mailbox
from bot.media import MediaRoom
from bot.messages import DESK, PHOTO, Sender
from bot.photos.reader import open_photo_reader
from bot.pictures import Pictures
from bot.postgres import database
from bot.printer import Printer
from bot.refresh import Refresh, settle
from bot.release import release
from bot.settings import Settings
from bot.speech.aloud import ReadAloud, open_aloud
from bot.speech.ears import open_ears
from bot.stopping import cancelled_by_signals
from bot.store.pool import Store
from bot.store.portal import read_portal
from bot.team_desk import Plan
from bot.telegram_protocol import CHANNEL as TELEGRAM
from bot.tracing import exporting
from bot.trial import Trial
from bot.troubles import check_commune
from bot.understanding import resources, stamp
from bot.understanding.pipeline import NotTrained, Pipeline
from bot.worker import Worker
from knowledge_base import drawings, loader, offices, phrases, public_holidays
from knowledge_base.loader import Knowledge
from knowledge_base.overlay import Synchronised, overlay
from knowledge_base.problems import errors_of
from knowledge_base.retrieval.dense import Vectors
from knowledge_base.retrieval.encoders import open_encoder
from knowledge_base.retrieval.index import Progress, open_retriever, renewed
from knowledge_base.retrieval.link import Link
from knowledge_base.units import Units
from knowledge_base.wording_check import check_menu, check_wording

logger = logging.getLogger(__name__)

# Workers stand behind the door and PostgreSQL where they share processors: however much is to be
# answered, what citizens send is taken in at once.
_COURTESY = 5


@dataclass(frozen=True)
class Services:
    """The built parts of the program."""

    settings: Settings
    mailbox: Mailbox
    brain: Brain
    aloud: ReadAloud
    telegram: TelegramChannel | None = None
    zalo_oa: ZaloOaChannel | None = None
    zalo_bot: ZaloBotChannel | None = None
    dossiers: Sources = field(default_factory=lambda: Sources({}, ()))
    media: MediaRoom = field(default_factory=MediaRoom)

    def understand(self, text: str) -> Understanding:
        """What a masked, cleaned text means; CPU-bound, may be called from several threads."""
        return self.brain.understand(text)


def build_world(settings: Settings, root: Path = loader.PACKAGE) -> World:
    """Everything the actions read, from the folder of the knowledge base.

    Raises:
        knowledge_base.loader.KnowledgeError: a file is broken (procedures, wording, menu); names
            file and line.
        knowledge_base.units.UnitsError: the setting COMMUNE is no commune's code.
    """
    knowledge = loader.load(root)  # first: a menu is only right beside whole procedures
    if broken := errors_of([*check_wording(root), *check_menu(root)]):
        raise loader.KnowledgeError(broken)
    say, topics = phrases.load(root / phrases.WORDING.name), menu.load(root / menu.FILE.name)
    places = _places(settings, root)
    team = _team(settings, places)
    return World(
        knowledge,
        say,
        topics,
        settings.helper_phone,
        places,
        team=team,
        asks_rating=settings.ask_rating,
        keeps=settings.retention_days,
    )


def _team(settings: Settings, places: Places) -> Team | None:
    """Who reads tickets: the group on Telegram, another program, or nobody."""
    if _team_chat(settings) is None and settings.team_api_token is None:
        return None
    group = _team_chat(settings) is not None
    return Team(
        team_hours.read(settings.team_hours),
        places.holidays.calendar,
        photos_from=TELEGRAM if group else None,
    )


def _team_chat(settings: Settings) -> str | None:
    """The team's group, where there is a bot to write into it."""
    if settings.team_chat is None or settings.telegram_bot_token is None:
        return None
    return str(settings.team_chat)


def _desk_plan(settings: Settings, world: World) -> Plan | None:
    if world.team is None:
        return None
    return Plan(_team_chat(settings) or DESK, world.team, world.say, world.places.units)


def _places(settings: Settings, root: Path) -> Places:
    """The units and the one this deployment serves, offices and holidays.

    Raises:
        knowledge_base.loader.KnowledgeError: a file of offices or holidays is broken.
        knowledge_base.units.UnitsError: COMMUNE is no commune's code.
    """
    directory = offices.load(root, samples=settings.sample_offices)
    places = Places(Units(), settings.commune, directory, public_holidays.load(root))
    check_commune(places)
    return places


def build_brain(
    settings: Settings, world: World | None = None, progress: Progress | None = None
) -> Brain:
    """Load what ``python -m bot setup`` made.

    Args:
        settings: where it lies.
        world: what is known; read from the files when it is not given.
        progress: told about texts that set-up did not embed.

    Raises:
        NotTrained: set-up was not run, or its inputs changed since.
        knowledge_base.loader.KnowledgeError: a knowledge file is broken.
        knowledge_base.units.UnitsError: see :func:`build_world`.
    """
    _set_up(settings)
    world = world or build_world(settings)
    encoder = open_encoder(settings.encoder)
    retriever = open_retriever(
        world.knowledge, settings.model_dir, encoder, resources.lay(), progress
    )
    brain = Brain(Mind(world, retriever), Pipeline(settings.model_dir).understand)
    # A sentence is too little to be shared: threads that wait for each other cost half the speed.
    threadpool_limits(1)
    brain.understand(world.say("talk.button_human"))  # the first one is slow: not a citizen's
    return brain


def _set_up(settings: Settings) -> None:
    if not stamp.is_trained(settings.model_dir, settings.encoder):
        raise NotTrained("Chưa cài đặt xong, hoặc dữ liệu huấn luyện đã đổi. Xin chạy: make setup")


def minds_after(
    settings: Settings, files: Knowledge, progress: Progress, now: Mind, portal: Synchronised
) -> Iterator[Mind]:
    """What is to be known after ``now``, over ``files``, when the portal says ``portal``: see
    :func:`knowledge_base.retrieval.index.renewed`."""
    world = replace(now.world, knowledge=overlay(files, portal))
    steps = renewed(now.retriever, world.knowledge, settings.model_dir, progress)
    del now  # the old index is freed as soon as nobody answers from it
    for retriever in steps:
        yield Mind(world, retriever)


def open_trial() -> Trial:
    """What comes of a message: cleaned and masked as at the door, understood, answered.

    Used by ``python -m knowledge_base search|evaluate``, which may not import this room.
    """
    settings = Settings()
    brain = build_brain(settings)
    return Trial(brain.understand, brain.world, settings.model_dir)


def open_reading() -> Callable[[str], tuple[Link, Vectors | None]]:
    """What a message is taken to be about, and its vector ``(dim,)`` about the centre of all texts;
    None without an encoder.

    Used by ``python -m knowledge_base review``, which may not import this room.
    """
    brain = build_brain(Settings())
    retriever = brain.mind.retriever

    def read(text: str) -> tuple[Link, Vectors | None]:
        understood = brain.understand(text)
        with resources.using(retriever):
            heard = resources.heard(resources.read(text))
        return understood.link, None if heard is None else heard.about[0] - retriever.center

    return read


def open_rehearsal(
    knowledge: loader.Knowledge,
) -> Callable[[str, datetime, str | None], Iterator[tuple[str, Reply]]]:
    """What is asked and answered about a procedure (code), at a moment, by a citizen of a unit.

    Used by ``python -m knowledge_base preview``, which may not import this room.
    """
    settings = Settings()
    places = _places(settings, loader.PACKAGE)
    world = World(knowledge, phrases.load(), menu.load(), settings.helper_phone, places)
    return lambda code, now, unit: rehearse(code, world, now, unit)


def parked_reply(world: World) -> Reply:
    """What a citizen reads whose message could not be handled."""
    return Reply(world.say("talk.parked", dien_thoai=world.phone))


@asynccontextmanager
async def open_services(
    settings: Settings, worker: bool = True, poll: bool = True
) -> AsyncIterator[Services]:
    """Everything running: database, mailbox, what keeps up with the synchronised records and, with
    ``worker``, the worker; with ``poll`` too, what brings messages in (one process only: Telegram
    gives updates to one).

    Raises:
        NotTrained, knowledge_base.loader.KnowledgeError: see :func:`build_brain`.
        bot.postgres.DatabaseError: no PostgreSQL.
    """
    url = settings.own_database
    world = await asyncio.to_thread(build_world, settings)
    _set_up(settings)  # before anything is opened
    traced = str(settings.otlp_url) if settings.otlp_url else None
    serving = database(settings.data_dir, url, watched=True)
    with exporting(traced, release()), serving as conninfo:
        async with (
            open_mailbox(conninfo, desk=_desk_plan(settings, world)) as mailbox,
            _open_brain(settings, world, mailbox.store) as brain,
            open_aloud(settings, world.say) as aloud,
            _open_channels(settings, mailbox, world, aloud) as channels,
            open_ears(settings) as ears,
            open_photo_reader() as photos,
            contextlib.aclosing(open_sources(settings.dossier_sources, os.environ)) as sources,
        ):
            # Readers by kind of medium, and the channels that give the bytes.
            media = MediaRoom({PHOTO: photos, **ears}, [channel for channel in channels if channel])
            services = Services(settings, mailbox, brain, aloud, *channels, sources, media)
            if not worker:
                yield services
                return
            async with _working(services, poll):
                yield services


@asynccontextmanager
async def _open_channels(
    settings: Settings, mailbox: Mailbox, world: World, aloud: ReadAloud
) -> AsyncIterator[tuple[TelegramChannel | None, ZaloOaChannel | None, ZaloBotChannel | None]]:
    """The channels that are set up."""
    drawn, say, units = drawings.load(), world.say, world.places.units
    pictures = Pictures(drawn)
    async with open_telegram(
        settings, mailbox, say, pictures=pictures, aloud=aloud, units=units
    ) as telegram:
        name = telegram.own_name if telegram else None
        printer = Printer(mailbox.store, settings.public_address, name)
        async with (
            open_zalo_oa(
                settings, mailbox, say, pictures=pictures, printer=printer, units=units
            ) as zalo_oa,
            open_zalo_bot(settings, mailbox, say, drawings=drawn, printer=printer) as zalo_bot,
        ):
            yield telegram, zalo_oa, zalo_bot


@asynccontextmanager
async def _open_brain(settings: Settings, world: World, store: Store) -> AsyncIterator[Brain]:
    """A brain that knows the synchronised records from the start and keeps up with them."""
    files, told = world.knowledge, _Told()
    portal = Synchronised()
    try:
        portal = await read_portal(store, files.curated)
        world = replace(world, knowledge=overlay(files, portal))
    except Exception:
        logger.exception("The synchronised records cannot be used; answers come from the files")
    brain = await asyncio.to_thread(build_brain, settings, world, told)
    settle()
    build = partial(minds_after, settings, files, told)
    refreshing = asyncio.create_task(Refresh(store, brain, build, portal).run())
    try:
        yield brain
    finally:
        refreshing.cancel()
        await asyncio.wait([refreshing])


class _Told:
    """Progress of long work into the log, a line now and then."""

    def __init__(self, seconds: float = 5.0) -> None:
        self._seconds = seconds
        self._next = 0.0

    def __call__(self, what: str, done: int, total: int) -> None:
        if done == total or time.monotonic() >= self._next:
            logger.info("Search index, %s: %s of %s", what, done, total)
            self._next = time.monotonic() + self._seconds


@asynccontextmanager
async def _working(services: Services, poll: bool) -> AsyncIterator[None]:
    stop = asyncio.Event()
    telegram, zalo = services.telegram, (services.zalo_oa, services.zalo_bot)
    channels = [channel for channel in (telegram, *zalo) if channel is not None]
    senders: list[Sender] = [*telegram.senders] if telegram else []
    senders += [channel for channel in zalo if channel is not None]
    worker = Worker(
        services.mailbox,
        services.brain.conversation,
        senders,
        parked_reply=parked_reply(services.brain.world),
        look_up=Desk(services.mailbox.store, services.dossiers.by_code).look_up,
        media=services.media,
        plans=services.dossiers.plans,
        calendar=services.brain.world.places.holidays.calendar,
        retention=timedelta(days=services.settings.retention_days),
        review=timedelta(days=services.settings.review_days),
    )
    task = asyncio.create_task(worker.run(stop))
    receiving = [asyncio.create_task(channel.receive()) for channel in channels if poll]
    try:
        yield
    finally:
        for receives in receiving:
            receives.cancel()
        await asyncio.gather(*receiving, return_exceptions=True)
        stop.set()
        await task


async def run_worker(settings: Settings, on_ready: Callable[[], None]) -> None:
    """A worker alone, until SIGINT or SIGTERM; what has begun is finished."""
    os.nice(_COURTESY)
    with contextlib.suppress(asyncio.CancelledError), cancelled_by_signals():
        async with open_services(settings, poll=False):
            on_ready()
            await asyncio.Event().wait()
