"""Tickets for the team's own programs: read, taken, answered, passed on, closed.

Who calls shows the token of TEAM_API_TOKEN and says which helper acts. What a helper does here and
what one does in the group follow the same rules (``bot.tickets``).
"""

from __future__ import annotations

import hmac
from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from pydantic import BaseModel, Field

from actions.tickets import TicketKind
from api.context import context_of
from api.incoming import ID_PATTERN, MAX_TEXT, checked_text
from api.problems import Problem
from api.routes.json_api import ProblemBody
from bot.mailbox import Mailbox
from bot.messages import TEAM, Helper, Incoming
from bot.privacy import clean, mask
from bot.team_words import spoken
from bot.tickets import Refusal, Refused, Status, Ticket

_LINES = 200
_PROBLEMS = {
    Refusal.TAKEN: ("ticket_taken", 409),
    Refusal.CLOSED: ("ticket_closed", 409),
    Refusal.ERASED: ("ticket_erased", 410),
    Refusal.UNKNOWN: ("ticket_unknown", 404),
}
_REFUSALS: dict[int | str, dict[str, Any]] = {
    status: {"model": ProblemBody} for status in (401, 404, 409, 410, 422, 429)
}


def _admit(request: Request) -> None:
    """Raise a problem unless who asks shows the team's token; without one there is nothing."""
    context = context_of(request)
    context.admit(request)
    token = context.services.settings.team_api_token
    if token is None or context.services.mailbox.desk is None:
        raise Problem("not_found", 404)
    scheme, _, shown = request.headers.get("authorization", "").partition(" ")
    right = hmac.compare_digest(shown.strip().encode(), token.get_secret_value().encode())
    if scheme.lower() != "bearer" or not right:
        context.metrics.refused.labels("team_token").inc()
        raise Problem("no_token", 401, headers={"WWW-Authenticate": "Bearer"})


router = APIRouter(
    prefix="/api/v1/tickets", tags=["tickets"], responses=_REFUSALS, dependencies=[Depends(_admit)]
)
Number = Annotated[int, Path(ge=1, le=2**63 - 1)]


class HelperBody(BaseModel):
    """Somebody of the team."""

    id: Annotated[str, Field(pattern=ID_PATTERN)]
    name: Annotated[str, Field(min_length=1, max_length=40)]


class TicketBody(BaseModel):
    """A ticket."""

    number: int
    kind: TicketKind
    reason: str
    summary: str
    unit: str | None
    place: str
    channel: str | None
    status: Status
    helper: str | None
    ahead: int
    opened_at: datetime
    claimed_at: datetime | None
    closed_at: datetime | None
    closed_why: str | None
    waiting_since: datetime | None


class Tickets(BaseModel):
    """Tickets, the oldest first; of the closed the newest."""

    tickets: list[TicketBody]


class Line(BaseModel):
    """Something that was said."""

    at: datetime
    who: Literal["citizen", "machine", "person"]
    name: str | None
    text: str


class TicketWithTranscript(TicketBody):
    """A ticket and what was said in its conversation, the oldest first."""

    transcript: list[Line]


class Act(BaseModel):
    """Something a helper does with a ticket; the same ``request_id`` does nothing to it a second
    time."""

    request_id: Annotated[str, Field(pattern=ID_PATTERN)]
    helper: HelperBody


class Answer(Act):
    """What a helper says to the citizen."""

    text: Annotated[str, Field(max_length=MAX_TEXT * 2)]


@router.get("", operation_id="list_tickets")
async def list_tickets(
    request: Request,
    status: Status | None = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 100,
) -> Tickets:
    """Tickets of a status, by default those that are not closed."""
    mailbox = context_of(request).services.mailbox
    found = await mailbox.tickets(status=status, limit=limit)
    return Tickets(tickets=[_body(mailbox, *one) for one in found])


@router.get("/{number}", operation_id="read_ticket")
async def read_ticket(request: Request, number: Number) -> TicketWithTranscript:
    """One ticket with what was said, masked as it is kept."""
    mailbox = context_of(request).services.mailbox
    ticket, ahead = await _ticket(mailbox, number)
    lines: list[Line] = []
    if ticket.conversation is not None:
        entries = await mailbox.transcript(ticket.conversation, _LINES)
        for at, who, text in spoken(entries):
            person = who not in ("citizen", "machine")
            said_by = "person" if person else who
            line = {"at": at, "who": said_by, "name": who if person else None, "text": text}
            lines.append(Line.model_validate(line))
    body = _body(mailbox, ticket, ahead)
    return TicketWithTranscript(**body.model_dump(), transcript=lines)


@router.post("/{number}/claim", operation_id="claim_ticket")
async def claim_ticket(request: Request, number: Number, act: Act) -> TicketBody:
    """Take a ticket; of two who do so at the same moment one gets it."""
    return await _act(request, number, act, choice="claim")


@router.post("/{number}/transfer", operation_id="transfer_ticket")
async def transfer_ticket(request: Request, number: Number, act: Act) -> TicketBody:
    """Give a ticket back for somebody else to take."""
    return await _act(request, number, act, choice="release")


@router.post("/{number}/close", operation_id="close_ticket")
async def close_ticket(request: Request, number: Number, act: Act) -> TicketBody:
    """Be done with a ticket; the machine answers the citizen again."""
    return await _act(request, number, act, choice="close")


@router.post("/{number}/replies", operation_id="answer_ticket", status_code=202)
async def answer_ticket(
    request: Request, response: Response, number: Number, answer: Answer
) -> TicketBody:
    """Say something to the citizen, which takes a ticket that nobody has."""
    text, masked = checked_text(answer.text)
    body = await _act(request, number, answer, text=text)
    response.headers["X-Masked"] = str(masked).lower()
    return body


async def _act(
    request: Request, number: int, act: Act, *, choice: str | None = None, text: str | None = None
) -> TicketBody:
    mailbox = context_of(request).services.mailbox
    assert mailbox.desk is not None
    name = " ".join(mask(clean(act.helper.name)).split())
    incoming = Incoming(
        TEAM,
        mailbox.desk.chat,
        f"api-{number}-{act.request_id}",
        text,
        f"{choice}.{number}" if choice else None,
        ticket=number,
        helper=Helper(f"api:{act.helper.id}", name or act.helper.id),
    )
    try:
        await mailbox.act(incoming)
    except Refused as refused:
        holder = refused.ticket.helper if refused.ticket else None
        who = holder.name if holder else ""
        kind, status = _PROBLEMS[refused.why]
        raise Problem(kind, status, who=who) from refused
    ticket, ahead = await _ticket(mailbox, number)
    return _body(mailbox, ticket, ahead)


async def _ticket(mailbox: Mailbox, number: int) -> tuple[Ticket, int]:
    found = await mailbox.tickets(number=number)
    if not found:
        raise Problem("ticket_unknown", 404)
    return found[0]


def _body(mailbox: Mailbox, ticket: Ticket, ahead: int) -> TicketBody:
    assert mailbox.desk is not None
    return TicketBody(
        number=ticket.number,
        kind=ticket.kind,
        reason=ticket.reason,
        summary=ticket.summary,
        unit=ticket.unit,
        place=mailbox.desk.words.place(ticket),
        channel=ticket.channel,
        status=ticket.status,
        helper=ticket.helper.name if ticket.helper else None,
        ahead=ahead if ticket.status is Status.OPEN else 0,
        opened_at=ticket.opened_at,
        claimed_at=ticket.claimed_at,
        closed_at=ticket.closed_at,
        closed_why=ticket.closed_why,
        waiting_since=ticket.waiting_since,
    )
