"""What a mail says: subject, text and HTML, in the language and time zone of whom it goes to."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts.models import User
from events import presenting
from events.models import Event
from helpdesk.markdown import render_message
from notifications import audience
from notifications.message_ids import thread_id
from notifications.models import Mail
from satisfaction import links
from satisfaction.models import Question, Score
from tickets.models import Message


def compose(mail: Mail) -> EmailMultiAlternatives:
    """The message that tells `mail.user` of `mail.event`. The same row gives the same Message-ID."""
    person = mail.user
    with translation.override(person.language), timezone.override(person.zone):
        event = mail.event
        template, context = _contents(event, person)
        message = EmailMultiAlternatives(
            subject=_one_line(_subject(event, person)),
            body=render_to_string(f"notifications/mail/{template}.txt", context).strip() + "\n",
            to=[person.email],
            headers=_headers(mail, event),
        )
        html = render_to_string(f"notifications/mail/{template}.html", context)
        message.attach_alternative(html, "text/html")
    return message


def is_acknowledgement(event: Event, person: User) -> bool:
    """The automatic "we have your ticket". It carries nothing that the sender wrote: whoever files tickets
    in somebody else's name cannot use us to send them a text.
    """
    return (
        event.kind == "ticket.created"
        and event.ticket.requester_id == person.pk
        and audience.customer_asked(event)
    )


def _contents(event: Event, person: User) -> tuple[str, dict[str, Any]]:
    ticket = event.ticket
    context: dict[str, Any] = {
        "event": event,
        "ticket": ticket,
        "person": person,
        "sentence": presenting.sentence(event, person),
        "plain_sentence": presenting.plain_sentence(event, person),
        "url": settings.SITE_URL + ticket.get_absolute_url(),
        "site_name": settings.SITE_NAME,
        "language": translation.get_language(),
        "ratings": _ratings(event, person),
    }
    if is_acknowledgement(event, person):
        # The response clock is the only one that can be due first before anybody has answered.
        answer_by = ticket.next_due_at if ticket.first_replied_at is None else None
        return "acknowledgement", {**context, "answer_by": answer_by}
    message = _message_of(event, person)
    if message is None:
        text = presenting.text_of(event)
        return "event", {**context, "text": text, "text_html": render_message(text) if text else ""}
    return "message", {
        **context,
        "message": message,
        "message_html": render_message(message.body),
        "files": event.data.get("files", []),
        "asked": [_asked(one) for one in event.data.get("facts", [])],
    }


def _ratings(event: Event, person: User) -> list[tuple[str, str]]:
    """Answers to "how did we do?" with their links, in the mail to whom the question was asked."""
    if event.kind != "ticket.resolved":
        return []
    question = Question.objects.filter(
        ticket=event.ticket_id, sequence=event.sequence, person=person, score=""
    ).first()
    if question is None:
        return []
    return [(str(score.label), links.address(question, score)) for score in Score]


def _asked(fact: dict[str, Any]) -> dict[str, Any]:
    """A fact that an engineer asked for, in the language of the mail."""
    words = {name: presenting.in_language(fact.get(name, {})) for name in ("label", "help")}
    return {**words, "required": fact.get("required", True)}


def _message_of(event: Event, person: User) -> Message | None:
    """The public message that came with the event. Notes are in another table and cannot be met here."""
    if "message" not in event.data:
        return None
    visible = Message.objects.visible_to(person).select_related("author")
    return visible.filter(ticket=event.ticket_id, pk=event.data["message"]).first()


def _subject(event: Event, person: User) -> str:
    ticket = event.ticket
    if is_acknowledgement(event, person):
        return _("[#%(number)d] We have received your ticket") % {"number": ticket.number}
    headline = _headline(event) if person.is_staff_member else ""
    if headline:
        return f"[#{ticket.number}] {headline} · {ticket.subject}"
    # The same for all mails of a ticket: mail programs show them as one conversation.
    return f"[#{ticket.number}] {ticket.subject}"


def _headline(event: Event) -> str:
    """For the desk: what it is about, before the mail is opened."""
    match event.kind:
        case "ticket.created":
            return _("New %(priority)s ticket") % {"priority": event.data.get("priority", "")}
        case "ticket.priority_set":
            return _("Now %(priority)s") % {"priority": event.changes["priority"][1]}
        case "ticket.assigned" | "ticket.handed_over":
            return _("Assigned to you")
        case "ticket.reminded":
            return _("Reminder")
        case "ticket.handed_back":
            return _("Returned to you")
        case "ticket.replied" | "ticket.reopened" if audience.by_ladder(event):
            return _("Reopened %(count)d times") % {"count": event.changes["reopen_count"][1]}
        case "sla.warned" | "sla.date_near":
            return _("Promise at risk")
        case "sla.date_missing":
            return _("No date agreed")
        case "sla.breached" | "sla.overdue" | "sla.date_passed":
            return _("Promise missed")
    return ""


def _headers(mail: Mail, event: Event) -> dict[str, str]:
    thread = thread_id(ticket_number=event.ticket_id, person=mail.user)
    headers = {
        "Message-ID": mail.message_id,
        "In-Reply-To": thread,
        "References": thread,
        # Nobody's absence needs to be told to a helpdesk.
        "X-Auto-Response-Suppress": "OOF, AutoReply",
    }
    if is_acknowledgement(event, mail.user):
        headers["Auto-Submitted"] = "auto-replied"
    elif event.actor is None or "message" not in event.data:
        headers["Auto-Submitted"] = "auto-generated"
    return headers


def _one_line(text: str) -> str:
    """Without line breaks and control characters: nobody adds a header of their own."""
    return "".join(character for character in " ".join(text.split()) if character.isprintable())
