"""One mail for many alerts: what needs this person, the most urgent first."""

from __future__ import annotations

from collections.abc import Sequence

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from events import presenting
from notifications import alerts
from notifications.models import Mail

# A mail that nobody reads to its end says where the rest is.
MOST_TOLD = 100


def compose_digest(first: Mail, mails: Sequence[Mail]) -> EmailMultiAlternatives:
    """The message that tells one person of all these events, in their language and time zone.

    `first` gives it its Message-ID: sent a second time after a crash, it has the same one.
    """
    person = first.user
    with translation.override(person.language), timezone.override(person.zone):
        events = alerts.most_urgent_first(mail.event for mail in mails)
        shown = events[:MOST_TOLD]
        told = [
            {
                "event": one.event,
                "ticket": one.event.ticket,
                "sentence": one.sentence,
                "plain_sentence": presenting.as_plain(one.sentence),
                "url": settings.SITE_URL + one.event.ticket.get_absolute_url(),
                "is_missed": alerts.is_missed(one.event),
            }
            for one in presenting.tell(shown, person)
        ]
        context = {
            "headline": headline(len(events), sum(map(alerts.is_missed, events))),
            "told": told,
            "more": len(events) - len(shown),
            "queue_url": settings.SITE_URL + reverse("queue"),
            "site_name": settings.SITE_NAME,
            "language": translation.get_language(),
        }
        message = EmailMultiAlternatives(
            subject=context["headline"],
            body=render_to_string("notifications/mail/digest.txt", context).strip() + "\n",
            to=[person.email],
            headers={
                "Message-ID": first.message_id,
                "Auto-Submitted": "auto-generated",
                "X-Auto-Response-Suppress": "OOF, AutoReply",
            },
        )
        message.attach_alternative(render_to_string("notifications/mail/digest.html", context), "text/html")
    return message


def headline(count: int, missed: int) -> str:
    """ "5 promises missed", "7 promises at risk", "12 promises: 5 missed, 7 at risk"."""
    if not missed:
        return ngettext("%(count)d promise at risk", "%(count)d promises at risk", count) % {"count": count}
    if missed == count:
        return ngettext("%(count)d promise missed", "%(count)d promises missed", count) % {"count": count}
    return _("%(count)d promises: %(missed)d missed, %(risk)d at risk") % {
        "count": count,
        "missed": missed,
        "risk": count - missed,
    }
