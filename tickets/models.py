"""Tickets, what is said on them, and the files that come along."""

from __future__ import annotations

import uuid

import pgtrigger
from django.contrib.auth.models import AnonymousUser
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Application, Membership, Organization, Tier, User
from events.append_only import append_only
from files.models import StoredFile
from intake.models import RequestTypeVersion
from products.models import Platform, Product


class Priority(models.TextChoices):
    """P1 is the most severe; the order of the values is the order of severity."""

    P1 = "P1", _("P1 urgent")
    P2 = "P2", _("P2 high")
    P3 = "P3", _("P3 medium")
    P4 = "P4", _("P4 low")


class TicketQuerySet(models.QuerySet["Ticket"]):
    def visible_to(self, user: User | AnonymousUser) -> TicketQuerySet:
        """Staff: all. A lead: the organisation's. A member: own tickets, for as long as a member.

        Whoever filed one of two merged tickets sees both: an agent has confirmed that they share them.
        """
        if not isinstance(user, User) or not user.is_active:
            return self.none()
        if user.is_staff_member:
            return self
        memberships = Membership.objects.filter(user=user)
        leads = memberships.filter(role=Membership.Role.LEAD).values("organization")
        mine = Ticket.objects.filter(requester=user)
        filed = (
            models.Q(requester=user)
            | models.Q(pk__in=mine.filter(merged_into__isnull=False).values("merged_into"))
            | models.Q(merged_into__in=mine.values("pk"))
        )
        own = filed & (
            models.Q(organization=None) | models.Q(organization__in=memberships.values("organization"))
        )
        return self.filter(own | models.Q(organization__in=leads))

    def active(self) -> TicketQuerySet:
        """Neither resolved nor closed."""
        return self.filter(status__in=Ticket.ACTIVE)

    def bookmarked_by(self, user: User | AnonymousUser) -> TicketQuerySet:
        """Those that this person has starred (followups.Bookmark)."""
        return self.filter(bookmarks__user=user) if isinstance(user, User) else self.none()

    def by_next_promise(self) -> TicketQuerySet:
        """The next promise to expire first, breached before that; tickets without a running promise last."""
        return self.order_by(models.F("next_due_at").asc(nulls_last=True), "pk")


class Ticket(models.Model):
    """A question or problem of a customer, with everything that was promised about it."""

    class Status(models.TextChoices):
        NEW = "new", pgettext_lazy("ticket status", "new")
        OPEN = "open", pgettext_lazy("ticket status", "open")
        PENDING = "pending", pgettext_lazy("ticket status", "waiting for customer")
        ON_HOLD = "on_hold", pgettext_lazy("ticket status", "on hold")
        RESOLVED = "resolved", pgettext_lazy("ticket status", "resolved")
        CLOSED = "closed", pgettext_lazy("ticket status", "closed")

    class Channel(models.TextChoices):
        WEB = "web", _("web form")
        EMAIL = "email", _("e-mail")
        API = "api", "API"
        CHAT = "chat", _("chat")
        PHONE = "phone", _("hotline")
        MONITORING = "monitoring", _("quality monitoring")
        IMPORT = "import", _("import")

    ACTIVE = (Status.NEW, Status.OPEN, Status.PENDING, Status.ON_HOLD)

    number = models.BigAutoField(_("number"), primary_key=True)
    subject = models.CharField(_("subject"), max_length=200)
    requester = models.ForeignKey(User, models.PROTECT, related_name="tickets", verbose_name=_("requester"))
    organization = models.ForeignKey(
        Organization,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="tickets",
        verbose_name=_("organisation"),
    )
    product = models.ForeignKey(Product, models.PROTECT, null=True, blank=True, verbose_name=_("product"))
    platform = models.CharField(_("platform"), max_length=20, choices=Platform.choices, blank=True)
    sdk_version = models.CharField(_("SDK version"), max_length=40, blank=True)
    application = models.ForeignKey(
        Application,
        models.SET_NULL,
        null=True,
        blank=True,
        verbose_name=_("application"),
        related_name="tickets",
    )
    # What was asked (None: nothing but the columns above), the answers by key, and what was asked back
    # and still waits for: [{"key", "required"}].
    request_type = models.ForeignKey(
        RequestTypeVersion,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("request type"),
    )
    answers = models.JSONField(default=dict, blank=True)
    asked_facts = models.JSONField(default=list, blank=True)
    channel = models.CharField(_("channel"), max_length=12, choices=Channel.choices, default=Channel.WEB)
    priority = models.CharField(_("priority"), max_length=2, choices=Priority.choices)
    tier = models.CharField(_("tier"), max_length=3, choices=Tier.choices, default=Tier.L1)
    status = models.CharField(_("status"), max_length=8, choices=Status.choices, default=Status.NEW)
    assignee = models.ForeignKey(
        User,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="assigned_tickets",
        verbose_name=_("assignee"),
    )
    hold_reason = models.CharField(_("on hold because"), max_length=500, blank=True)
    # What its author had read without finding the answer.
    came_from = models.ForeignKey(
        "kb.Article",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="tickets_after",
        verbose_name=_("came from the article"),
    )
    follows = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, related_name="follow_ups", verbose_name=_("follows")
    )
    merged_into = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="merged",
        verbose_name=_("merged into"),
        db_index=False,
    )
    created_at = models.DateTimeField(_("filed"), default=timezone.now)
    updated_at = models.DateTimeField(_("last change"), default=timezone.now)
    first_replied_at = models.DateTimeField(_("first public reply of an agent"), null=True, blank=True)
    resolved_at = models.DateTimeField(_("resolved"), null=True, blank=True)
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)
    reopen_count = models.PositiveSmallIntegerField(_("times reopened"), default=0)

    # One form sent twice is one ticket.
    submission_key = models.UUIDField(default=uuid.uuid4, editable=False)
    # Head and length of the event chain (events.recording writes them, events.audit compares them).
    chain_length = models.PositiveIntegerField(default=0, editable=False)
    chain_head = models.CharField(max_length=64, blank=True, editable=False)
    # Written by the projection of the clocks and by nobody else: the earliest deadline of a running clock.
    next_due_at = models.DateTimeField(null=True, editable=False)
    # Words of subject and conversation, Chinese segmented (helpdesk.text); written with each public message.
    search = SearchVectorField(null=True, editable=False)

    objects = TicketQuerySet.as_manager()

    class Meta:
        verbose_name = _("ticket")
        verbose_name_plural = _("tickets")
        constraints = [
            models.UniqueConstraint(fields=["requester", "submission_key"], name="ticket_filed_once"),
            models.CheckConstraint(
                condition=~models.Q(status="on_hold") | ~models.Q(hold_reason=""),
                name="ticket_hold_has_a_reason",
            ),
            models.CheckConstraint(
                condition=models.Q(status__in=["resolved", "closed"], resolved_at__isnull=False)
                | models.Q(status__in=["new", "open", "pending", "on_hold"], resolved_at=None),
                name="ticket_resolved_has_a_moment",
            ),
            models.CheckConstraint(
                condition=models.Q(merged_into=None)
                | (models.Q(status="closed") & ~models.Q(merged_into=models.F("number"))),
                name="ticket_merged_is_closed_and_elsewhere",
            ),
        ]
        _active = models.Q(status__in=["new", "open", "pending", "on_hold"])
        indexes = [
            # The queue, and that of a tier, person or customer: the next promise first, active tickets only.
            models.Index(
                models.F("next_due_at").asc(nulls_last=True), "number", name="ticket_queue", condition=_active
            ),
            models.Index(
                "tier",
                models.F("next_due_at").asc(nulls_last=True),
                "number",
                name="ticket_queue_of_tier",
                condition=_active,
            ),
            models.Index(
                "assignee",
                models.F("next_due_at").asc(nulls_last=True),
                "number",
                name="ticket_queue_of_assignee",
                condition=_active,
            ),
            models.Index(
                "organization",
                models.F("next_due_at").asc(nulls_last=True),
                "number",
                name="ticket_queue_of_organization",
                condition=_active,
            ),
            # What waits for the customer, or is on hold: few, and without a deadline.
            models.Index(
                "status",
                models.F("next_due_at").asc(nulls_last=True),
                "number",
                name="ticket_queue_of_status",
                condition=_active,
            ),
            # What nobody has yet: the first thing anybody looks for, and few of many.
            models.Index(
                models.F("next_due_at").asc(nulls_last=True),
                "number",
                name="ticket_queue_unassigned",
                condition=_active & models.Q(assignee=None),
            ),
            models.Index(
                "priority",
                models.F("next_due_at").asc(nulls_last=True),
                "number",
                name="ticket_queue_by_priority",
                condition=_active,
            ),
            models.Index(models.F("updated_at").desc(), models.F("number").desc(), name="ticket_by_change"),
            models.Index("requester", models.F("number").desc(), name="ticket_of_requester"),
            models.Index("organization", models.F("number").desc(), name="ticket_of_organization"),
            # The nightly walk that closes what stayed resolved.
            models.Index(
                fields=["resolved_at"], name="ticket_to_close", condition=models.Q(status="resolved")
            ),
            # What was merged into a ticket: few of many.
            models.Index(
                fields=["merged_into"], name="ticket_merged", condition=models.Q(merged_into__isnull=False)
            ),
            GinIndex(fields=["search"], name="ticket_search"),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="desk_words",
                when=pgtrigger.After,
                operation=pgtrigger.Insert | pgtrigger.UpdateOf("search"),  # type: ignore[no-untyped-call]
                func="""
                    insert into tickets_deskwords as kept (ticket_id, notes, search)
                    values (new.number, '', coalesce(new.search, ''))
                    on conflict (ticket_id) do update set search = excluded.search || kept.notes;
                    return null;
                """,
            )
        ]

    def __str__(self) -> str:
        return f"#{self.number} {self.subject}"

    def get_absolute_url(self) -> str:
        return reverse("ticket", args=[self.number])

    @property
    def is_active(self) -> bool:
        return self.status in self.ACTIVE

    def is_visible_to(self, user: User) -> bool:
        """What `visible_to` says of this one; of the desk's own people without a query."""
        if user.is_active and user.is_staff_member:
            return True
        return Ticket.objects.visible_to(user).filter(pk=self.pk).exists()


class DeskWords(models.Model):
    """What the desk finds a ticket by: its words with those of its notes.

    A table of its own, so that no search of a customer can meet a word of a note by a forgotten filter. A
    trigger of the ticket writes `search` with the words that all may know, `tickets.actions.saying` those
    of a note.
    """

    ticket = models.OneToOneField(Ticket, models.CASCADE, primary_key=True, related_name="desk_words")
    notes = SearchVectorField(default="")
    search = SearchVectorField(default="")

    class Meta:
        indexes = [GinIndex(fields=["search"], name="ticket_search_of_desk")]

    def __str__(self) -> str:
        return f"words of #{self.ticket_id}"


class Link(models.Model):
    """Two tickets that have to do with each other. Read from `ticket` to `other`: "10480 blocks 10482"."""

    class Kind(models.TextChoices):
        RELATED = "related", _("is related to")
        DUPLICATE = "duplicate", _("is a duplicate of")
        PARENT = "parent", _("is the parent of")
        BLOCKS = "blocks", _("blocks")
        SPLIT = "split", _("was split into")

    # The same, read from the other side.
    BACKWARDS = {
        Kind.RELATED: _("is related to"),
        Kind.DUPLICATE: _("is duplicated by"),
        Kind.PARENT: _("is a child of"),
        Kind.BLOCKS: _("is blocked by"),
        Kind.SPLIT: _("was split from"),
    }

    ticket = models.ForeignKey(Ticket, models.CASCADE, related_name="links")
    other = models.ForeignKey(Ticket, models.CASCADE, related_name="links_back")
    kind = models.CharField(max_length=9, choices=Kind.choices)
    created_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["ticket", "other", "kind"], name="link_once"),
            models.CheckConstraint(
                condition=~models.Q(ticket=models.F("other")), name="link_joins_two_tickets"
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.ticket_id} {self.kind} #{self.other_id}"


class Watcher(models.Model):
    """Somebody who follows a ticket that is not theirs, and hears what its requester hears."""

    ticket = models.ForeignKey(Ticket, models.CASCADE, related_name="watchers")
    user = models.ForeignKey(User, models.CASCADE, related_name="watched")
    since = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["ticket", "user"], name="watcher_once")]

    def __str__(self) -> str:
        return f"{self.user} · #{self.ticket_id}"


class MessageQuerySet(models.QuerySet["Message"]):
    def visible_to(self, user: User | AnonymousUser) -> MessageQuerySet:
        return self.filter(ticket__in=Ticket.objects.visible_to(user))


class Message(models.Model):
    """A public reply: everybody who sees the ticket sees it. What was sent is never edited."""

    class Author(models.TextChoices):
        """In which role it was said: it decides what the clocks make of it (rules B2, B3)."""

        REQUESTER = "requester", _("requester")
        COLLEAGUE = "colleague", _("colleague of the requester")
        AGENT = "agent", _("agent")
        SYSTEM = "system", _("automatic")

    ticket = models.ForeignKey(Ticket, models.PROTECT, related_name="messages")
    author = models.ForeignKey(User, models.PROTECT, null=True, related_name="messages")
    author_kind = models.CharField(max_length=9, choices=Author.choices)
    body = models.TextField(_("text"), help_text="Markdown")
    created_at = models.DateTimeField(default=timezone.now)

    objects = MessageQuerySet.as_manager()

    class Meta:
        ordering = ["created_at", "pk"]
        indexes = [models.Index(fields=["ticket", "created_at"], name="message_of_ticket")]
        triggers = append_only()

    def __str__(self) -> str:
        return f"message {self.pk} on #{self.ticket_id}"


class NoteQuerySet(models.QuerySet["Note"]):
    def visible_to(self, user: User | AnonymousUser) -> NoteQuerySet:
        """Staff only, whatever else a person may see."""
        if isinstance(user, User) and user.is_staff_member:
            return self
        return self.none()


class Note(models.Model):
    """An internal note, in a table of its own: no query for customers can meet one by a forgotten filter."""

    ticket = models.ForeignKey(Ticket, models.PROTECT, related_name="notes")
    author = models.ForeignKey(User, models.PROTECT, null=True, related_name="notes")
    body = models.TextField(_("text"), help_text="Markdown")
    created_at = models.DateTimeField(default=timezone.now)

    objects = NoteQuerySet.as_manager()

    class Meta:
        ordering = ["created_at", "pk"]
        indexes = [models.Index(fields=["ticket", "created_at"], name="note_of_ticket")]
        triggers = append_only()

    def __str__(self) -> str:
        return f"note {self.pk} on #{self.ticket_id}"


class AttachmentQuerySet(models.QuerySet["Attachment"]):
    def visible_to(self, user: User | AnonymousUser) -> AttachmentQuerySet:
        return self.filter(message__ticket__in=Ticket.objects.visible_to(user))


class Attachment(StoredFile):
    """A file with a public message."""

    url_name = "attachment"

    message = models.ForeignKey(Message, models.PROTECT, related_name="attachments")

    objects = AttachmentQuerySet.as_manager()

    def get_absolute_url(self) -> str:
        return self.content_url


class NoteAttachmentQuerySet(models.QuerySet["NoteAttachment"]):
    def visible_to(self, user: User | AnonymousUser) -> NoteAttachmentQuerySet:
        return self.filter(note__in=Note.objects.visible_to(user))


class NoteAttachment(StoredFile):
    """A file with an internal note."""

    url_name = "note_attachment"

    note = models.ForeignKey(Note, models.PROTECT, related_name="attachments")

    objects = NoteAttachmentQuerySet.as_manager()

    def get_absolute_url(self) -> str:
        return self.content_url
