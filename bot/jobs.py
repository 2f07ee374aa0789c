"""Procrastinate behind our own words: enqueue, serve, bring back what a dead worker held.

Nothing else imports procrastinate. What its workers do not do by themselves is added here:

- A job taken by a worker that died is brought back by :meth:`Jobs.sweep`. A plain loop calls it,
  not a periodic job, because a queue that is stuck cannot run the job that would free it.
- A worker looks for jobs when told of one, and forgets what it was told while it was looking. It
  would find that job at its next look only; :class:`_JobManager` looks again at once.
- A job's end that could not be written (the database was away for a moment) would leave the job
  "running" under a living worker for ever, and its conversation locked. Ends are written again
  until they stick; failing that, the worker starts anew under another number.
- ``lock`` orders jobs; ``queueing_lock`` is never used beside it, because a retry would then break
  on the unique index. A job due in the future gets no lock, because it would hold up the others.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import procrastinate
import psycopg
from procrastinate import jobs as records
from procrastinate.exceptions import ConnectorException
from procrastinate.manager import JobManager, NotificationCallback, get_channel_for_queues
from procrastinate.retry import BaseRetryStrategy, RetryDecision
from procrastinate.schema import SchemaManager

from bot import tracing
from bot.logs import traced
from bot.store.errors import NotTaking, StoreUnavailable
from bot.store.listener import Listener
from bot.store.migrate import QueueSchema
from bot.store.pool import Connection, Store, database_errors, try_lock
from bot.times import rest

logger = logging.getLogger(__name__)

TURNS = "turns"
_TRACED = ("turn", "deliver")  # tasks that say where they come from
REMINDERS = "reminders"
SWEEP_LOCK = 7_166_225_902
WRITE_AGAIN_SECONDS = (0.1, 0.3, 1.0, 2.0, 4.0)

Task = Callable[[int, int], Awaitable[None]]  # (row, attempts so far), may raise Again
Reminder = Callable[[int, str, str, str], Awaitable[None]]  # (job, channel, chat, choice)
Others = Mapping[str, Callable[..., Awaitable[None]]]


@dataclass(frozen=True, slots=True)
class Timing:
    """All in seconds. A worker that is silent for ``stalled`` is taken for dead; ``poll`` only
    finds jobs that became due (retries, reminders): new ones are announced."""

    heartbeat: float = 2.0
    stalled: float = 6.0
    sweep: float = 3.0
    poll: float = 1.0
    shutdown: float = 10.0
    prune: float = 600.0


class Again(Exception):
    """Raised by a task: run this job once more in ``after`` seconds, its lock held until then."""

    def __init__(self, after: float) -> None:
        super().__init__(f"again in {after:.1f} s")
        self.after = after


def queue_schema() -> QueueSchema:
    """Read the tables of the installed Procrastinate, and the steps from older versions."""
    steps = Path(SchemaManager.get_migrations_path()).glob("*.sql")
    return QueueSchema(
        version=procrastinate.__version__,
        schema=SchemaManager.get_schema(),
        steps={step.stem: step.read_text("utf-8") for step in sorted(steps)},
    )


class Jobs:
    """The queue of one database. Open the store first, then this."""

    def __init__(self, store: Store, timing: Timing | None = None) -> None:
        self._store = store
        self.timing = timing or Timing()
        self._app = procrastinate.App(connector=procrastinate.PsycopgConnector())
        self._app.job_manager = _JobManager(self._app.connector)

    async def open(self) -> None:
        """Use the store's connections."""
        await self._app.open_async(self._store.pool)

    async def enqueue_turn(self, con: Connection, row: int, conversation: str) -> None:
        """Have message ``row`` handled after everything accepted before it in its conversation.
        Part of the transaction on ``con``."""
        await self.defer(con, "turn", TURNS, lock=f"turn:{conversation}", row=row)

    async def enqueue_delivery(
        self, con: Connection, reply: int, conversation: str, channel: str
    ) -> None:
        """Have a reply pushed after all earlier ones of its chat. Part of the transaction."""
        await self.defer(
            con, "deliver", delivery_queue(channel), lock=f"chat:{conversation}", row=reply
        )

    async def enqueue_reminder(
        self, con: Connection, channel: str, chat: str, choice: str, due: datetime
    ) -> None:
        """At ``due`` (aware), have ``choice`` enqueued as if the citizen had pressed it."""
        await self.defer(
            con,
            "remind",
            REMINDERS,
            due=due,
            conversation=f"{channel}:{chat}",
            channel=channel,
            chat=chat,
            choice=choice,
        )

    async def defer(
        self,
        con: Connection,
        task: str,
        queue: str,
        *,
        lock: str | None = None,
        due: datetime | None = None,
        **arguments: Any,
    ) -> None:
        """Have a task done; part of the transaction on ``con``."""
        if task in _TRACED and (here := tracing.here()) is not None:
            arguments["trace"] = here
        deferrer = self._app.configure_task(
            task, queue=queue, lock=lock, schedule_at=due, connection=con
        )
        async with _plain_errors():
            await deferrer.defer_async(**arguments)

    def define(self, turn: Task, deliver: Task, remind: Reminder, others: Others) -> None:
        """Say what the jobs do, ``others`` by the names of their tasks; needed once, by the process
        that serves them."""

        async def run_reminder(
            context: procrastinate.JobContext,
            conversation: str,  # noqa: ARG001 kept in the job so that erasing finds it
            channel: str,
            chat: str,
            choice: str,
        ) -> None:
            await remind(context.job.id or 0, channel, chat, choice)

        functions: Mapping[str, Callable[..., Awaitable[None]]] = {
            "turn": _measured("turn", turn),
            "deliver": _measured("sending", deliver),
            "remind": run_reminder,
        }
        for name, function in functions.items():
            self._app.task(name=name, pass_context=True, retry=_Retry())(function)
        for name, other in others.items():
            self._app.task(name=name, retry=_Retry())(other)

    async def work(self, lanes: Mapping[tuple[str, ...], int], stop: asyncio.Event) -> None:
        """Work until ``stop``, then finish what has begun (at most ``timing.shutdown``).

        ``lanes`` says how many jobs at a time for each group of queues: a slow group holds up no
        other. A lane that the database threw out is started again.
        """
        queues = [queue for group in lanes for queue in group]
        listener = Listener(
            self._store.conninfo,
            get_channel_for_queues(queues),
            heard=lambda channel, _: self._manager.tell({channel}),
            connected=lambda: self._manager.tell(None),
        )
        listener.begin()
        try:
            async with asyncio.TaskGroup() as group:
                for names, concurrency in lanes.items():
                    group.create_task(self._serve(names, concurrency, stop))
        finally:
            await listener.stop()

    async def _serve(self, queues: Sequence[str], concurrency: int, stop: asyncio.Event) -> None:
        pauses = (0.1, 0.5, 1.0, 2.0, 5.0)
        failures = 0
        while not stop.is_set():
            began = asyncio.get_running_loop().time()
            try:
                await self._serve_once(queues, concurrency, stop)
            except ConnectorException as error:
                logger.warning("The worker on %s lost the database: %s", queues, _cause(error))
            except Exception:
                # Whatever it is, a process without a worker answers nobody: begin again.
                logger.exception("The worker on %s broke", queues)
            if asyncio.get_running_loop().time() - began > 30:
                failures = 0
            await rest(pauses[min(failures, len(pauses) - 1)], stop)
            failures += 1

    async def _serve_once(
        self, queues: Sequence[str], concurrency: int, stop: asyncio.Event
    ) -> None:
        timing = self.timing
        worker = asyncio.create_task(
            self._app.run_worker_async(
                queues=list(queues),
                concurrency=concurrency,
                fetch_job_polling_interval=timing.poll,
                abort_job_polling_interval=3600.0,  # nothing is ever aborted by request
                shutdown_graceful_timeout=timing.shutdown,
                delete_jobs="successful",
                install_signal_handlers=False,
                update_heartbeat_interval=timing.heartbeat,
                stalled_worker_timeout=timing.stalled,
            ),
            name=f"worker on {','.join(queues)}",
        )
        stopping = asyncio.create_task(stop.wait())
        lost = asyncio.create_task(self._manager.lost.wait())
        try:
            await asyncio.wait({worker, stopping, lost}, return_when=asyncio.FIRST_COMPLETED)
            self._manager.lost.clear()
        finally:
            stopping.cancel()
            lost.cancel()
            # One cancel asks it to finish what has begun; while it is still starting it may
            # swallow that, so it is asked again after it should have ended.
            while not worker.done():
                worker.cancel()
                await asyncio.wait({worker}, timeout=timing.shutdown + 1.0)
        if not worker.cancelled() and (error := worker.exception()) is not None:
            raise error

    @property
    def _manager(self) -> _JobManager:
        manager = self._app.job_manager
        assert isinstance(manager, _JobManager)
        return manager

    async def sweep(self) -> int:
        """Bring back the jobs of workers that have been silent for ``timing.stalled`` seconds, one
        process at a time; returns how many. Raises :class:`StoreUnavailable`."""
        async with self._store.transaction() as con, _plain_errors():
            if not await try_lock(con, SWEEP_LOCK):
                return 0
            stalled = await self._app.job_manager.get_stalled_jobs(
                seconds_since_heartbeat=self.timing.stalled
            )
            back = 0
            for job in stalled:
                logger.warning("Job %s was left by a dead worker and is brought back", job.id)
                await self._app.job_manager.retry_job(job)
                back += 1
            await self._app.job_manager.prune_stalled_workers(self.timing.stalled * 10)
            return back

    async def prune(self) -> None:
        """Delete the records of jobs that ended a day ago and were not deleted at their end.
        Raises :class:`StoreUnavailable`."""
        async with database_errors(), _plain_errors():
            await self._app.job_manager.delete_old_jobs(
                nb_hours=24, include_failed=True, include_cancelled=True, include_aborted=True
            )


def _measured(name: str, task: Task) -> Callable[..., Awaitable[None]]:
    async def run(context: procrastinate.JobContext, row: int, trace: str | None = None) -> None:
        with tracing.span(name, trace, attempt=context.job.attempts + 1):
            await task(row, context.job.attempts)

    return run


def delivery_queue(channel: str) -> str:
    """Name of the queue of one channel's replies: a slow channel holds up no other."""
    return f"replies.{channel}"


class _Retry(BaseRetryStrategy):
    """Every job is run until it ends well: a message is never lost to an error of ours."""

    def get_retry_decision(
        self, *, exception: BaseException, job: records.Job
    ) -> RetryDecision | None:
        match exception:
            case Again(after=after):
                seconds = after
            case asyncio.CancelledError():
                seconds = 0.0  # shutting down: the next worker takes it at once
            case NotTaking():
                seconds = 5.0  # being emptied
            case _:
                if not isinstance(exception, StoreUnavailable):
                    logger.error("Job %s is tried again: %s", job.task_name, traced(exception))
                seconds = min(60.0, 2.0 ** min(job.attempts, 6))
        return RetryDecision(retry_at=datetime.now(UTC) + timedelta(seconds=seconds))


class _JobManager(JobManager):
    """One listener for all workers; looks again when told while looking; writes a job's end until
    it sticks."""

    def __init__(self, connector: Any) -> None:
        super().__init__(connector)
        self._told = 0
        self._bells: dict[asyncio.Event, set[str]] = {}
        self.lost = asyncio.Event()  # an end could not be written: the worker must start anew

    def tell(self, channels: set[str] | None) -> None:
        """Wake the workers that wait for one of the ``channels``, or all of them."""
        self._told += 1
        for bell, wanted in self._bells.items():
            if channels is None or channels & wanted:
                bell.set()

    async def listen_for_jobs(
        self, *, on_notification: NotificationCallback, queues: Iterable[str] | None = None
    ) -> None:
        """Pass on what :meth:`tell` is told, in place of a connection for each worker."""
        bell = asyncio.Event()
        self._bells[bell] = set(get_channel_for_queues(queues))
        try:
            while True:
                await bell.wait()
                bell.clear()
                await on_notification(
                    channel="", notification={"type": "job_inserted", "job_id": 0}
                )
        finally:
            del self._bells[bell]

    async def fetch_job(self, queues: Iterable[str] | None, worker_id: int) -> records.Job | None:
        while True:
            told = self._told
            job = await super().fetch_job(queues, worker_id)
            if job is not None or told == self._told:
                return job

    async def finish_job_by_id_async(
        self, job_id: int, status: records.Status, delete_job: bool
    ) -> None:
        finish = super().finish_job_by_id_async
        await self._until_written(
            lambda: finish(job_id=job_id, status=status, delete_job=delete_job)
        )

    async def retry_job(
        self,
        job: records.Job,
        retry_at: datetime | None = None,
        priority: int | None = None,
        queue: str | None = None,
        lock: str | None = None,
    ) -> None:
        again = super().retry_job
        await self._until_written(
            lambda: again(job=job, retry_at=retry_at, priority=priority, queue=queue, lock=lock)
        )

    async def _until_written(self, write: Callable[[], Awaitable[None]]) -> None:
        for pause in (*WRITE_AGAIN_SECONDS, None):
            try:
                await write()
            except ConnectorException as error:
                if _already_ended(error):
                    return  # written by the attempt before, or the job was brought back
                if pause is None:
                    self.lost.set()
                    raise
            else:
                return
            await asyncio.sleep(pause)


def _already_ended(error: ConnectorException) -> bool:
    return isinstance(error.__cause__, psycopg.errors.RaiseException)


def _cause(error: BaseException) -> BaseException:
    return error.__cause__ or error


@asynccontextmanager
async def _plain_errors() -> AsyncIterator[None]:
    """Give psycopg's own error back where Procrastinate wrapped it, for the store to name."""
    try:
        yield
    except ConnectorException as error:
        raise _cause(error) from None
