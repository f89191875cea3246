"""Keys whose values are rows, by name: products, organisations, people, request types, known issues.

A name may be typed in part; one that is exactly so wins over those that contain it. Each costs one query,
whatever the number of values.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.models import Organization, User
from intake.models import RequestTypeVersion
from products.models import Product
from tickets.models import Ticket
from tickets.query.asker import Asker, Offer, Unclear
from tickets.query.keys import Key

OFFERED = 8
# A part of a name that fits more rows than this says too little.
MOST_NAMED = 200
ME, NOBODY, ANY = "me", "none", "any"

Named = tuple[int, tuple[str, ...]]


@dataclass(frozen=True)
class ByName(Key):
    """A foreign key of the ticket. `none` is a ticket without one."""

    column: str = ""

    @abstractmethod
    def rows(self, values: Sequence[str], asker: Asker) -> list[Named]:
        """Rows that any of the values may mean, each with its names."""

    def missing(self, value: str) -> str:
        return _("nothing is called that")

    def condition(self, values: Sequence[str], asker: Asker) -> Q:
        names = [value for value in values if value.casefold() != NOBODY]
        wanted = Q(**{f"{self.column}__isnull": True}) if len(names) < len(values) else Q(pk__in=[])
        if names:
            wanted |= Q(**{f"{self.column}__in": self.found(names, asker)})
        return wanted

    def found(self, names: Sequence[str], asker: Asker) -> list[int]:
        rows = self.rows(names, asker)
        return sorted({pk for name in names for pk in self._meant(name, rows)})

    def _meant(self, name: str, rows: Iterable[Named]) -> list[int]:
        wanted = name.casefold()
        rows = [(pk, tuple(one.casefold() for one in names)) for pk, names in rows]
        exact = [pk for pk, names in rows if wanted in names]
        near = exact or [pk for pk, names in rows if any(wanted in one for one in names)]
        if not near:
            raise Unclear(self.missing(name))
        return near


@dataclass(frozen=True)
class ProductKey(ByName):
    def rows(self, values: Sequence[str], asker: Asker) -> list[Named]:
        found = Product.objects.values_list("pk", "code", "name", "name_zh")
        return [(pk, tuple(filter(None, names))) for pk, *names in found]

    def missing(self, value: str) -> str:
        codes = Product.objects.values_list("code", flat=True)[:OFFERED]
        return _("no product is called that; there are %(values)s") % {"values": ", ".join(codes)}

    def offered(self, typed: str, asker: Asker) -> list[Offer]:
        wanted = typed.casefold()
        return [
            Offer(product.code, str(product))
            for product in Product.objects.all()
            if any(wanted in one.casefold() for one in (product.code, product.name, product.name_zh))
        ][:OFFERED]


@dataclass(frozen=True)
class OrganizationKey(ByName):
    def rows(self, values: Sequence[str], asker: Asker) -> list[Named]:
        named = Q()
        for value in values:
            named |= Q(name__icontains=value)
        found = Organization.objects.filter(named).values_list("pk", "name")[:MOST_NAMED]
        return [(pk, (name,)) for pk, name in found]

    def missing(self, value: str) -> str:
        return _("no organisation is called that")

    def offered(self, typed: str, asker: Asker) -> list[Offer]:
        found = Organization.objects.filter(name__icontains=typed) if typed else Organization.objects.all()
        return [Offer(name) for name in found.values_list("name", flat=True)[:OFFERED]]


@dataclass(frozen=True)
class PersonKey(ByName):
    """People by address or name. `me` is who asks."""

    of_the_desk: bool = True

    def condition(self, values: Sequence[str], asker: Asker) -> Q:
        others = [value for value in values if value.casefold() != ME]
        wanted = Q(**{self.column: asker.user}) if len(others) < len(values) else Q(pk__in=[])
        return wanted | super().condition(others, asker) if others else wanted

    def rows(self, values: Sequence[str], asker: Asker) -> list[Named]:
        named = Q()
        for value in values:
            named |= Q(email__iexact=value) if "@" in value else Q(name__icontains=value)
        people = User.objects.staff() if self.of_the_desk else User.objects.all()
        found = people.filter(named).values_list("pk", "email", "name")[:MOST_NAMED]
        return [(pk, tuple(names)) for pk, *names in found]

    def missing(self, value: str) -> str:
        if self.of_the_desk:
            return _("nobody at this desk is called that; “me” and “none” work too")
        return _("nobody is called that")

    def said(self, value: str) -> str:
        words = {ME: _("me"), NOBODY: _("nobody")}
        return words.get(value.casefold(), value)

    def offered(self, typed: str, asker: Asker) -> list[Offer]:
        people = User.objects.active()
        people = people.staff() if self.of_the_desk else people
        found = people.filter(Q(name__icontains=typed) | Q(email__istartswith=typed)).order_by("name")
        words = [Offer(ME, str(asker.user)), Offer(NOBODY, _("nobody"))] if self.of_the_desk else []
        return [
            *(word for word in words if word.value.startswith(typed.casefold())),
            *(Offer(email, name) for name, email in found.values_list("name", "email")[:OFFERED]),
        ]


@dataclass(frozen=True)
class ForKey(PersonKey):
    """What is next for somebody: theirs, and what nobody in their tier has."""

    def condition(self, values: Sequence[str], asker: Asker) -> Q:
        if len(values) != 1:
            raise Unclear(_("one person at a time, as in %(example)s") % {"example": self.example})
        if values[0].casefold() == ME:
            return my_next(asker.user)
        people = User.objects.filter(pk__in=self.found(values, asker))[:2]
        if len(people) != 1:
            raise Unclear(_("several people are called that; write the address"))
        return my_next(people[0])


def my_next(user: User) -> Q:
    """What is mine, and what nobody in my tier has yet. Who has no tier is shown what nobody has at all."""
    free = Q(assignee=None, tier=user.tier) if user.tier else Q(assignee=None)
    return Q(assignee=user) | free


@dataclass(frozen=True)
class TypeKey(ByName):
    """The request type, by its code or its name in either language, whichever version a ticket was asked."""

    def rows(self, values: Sequence[str], asker: Asker) -> list[Named]:
        return [
            (one.request_type_id, (one.request_type.code, one.read.name.en, one.read.name.zh))
            for one in RequestTypeVersion.objects.current()
        ]

    def missing(self, value: str) -> str:
        codes = [one.request_type.code for one in RequestTypeVersion.objects.current()]
        return _("no request type is called that; there are %(values)s") % {"values": ", ".join(codes)}

    def offered(self, typed: str, asker: Asker) -> list[Offer]:
        wanted = typed.casefold()
        return [
            Offer(one.request_type.code, str(one))
            for one in RequestTypeVersion.objects.current()
            if wanted in one.request_type.code.casefold() or wanted in str(one).casefold()
        ][:OFFERED]


@dataclass(frozen=True)
class KnownIssueKey(Key):
    """Tickets that wait for a known issue: 3, KI-3, `any`, or `none` for those that do not."""

    def condition(self, values: Sequence[str], asker: Asker) -> Q:
        linked = Ticket.objects.filter(known_issue_links__isnull=False)
        wanted = Q(pk__in=[])
        for value in values:
            number = value.upper().removeprefix("KI-")
            if value.casefold() == ANY:
                wanted |= Q(pk__in=linked.values("pk"))
            elif value.casefold() == NOBODY:
                wanted |= ~Q(pk__in=linked.values("pk"))
            elif number.isdecimal() and len(number) < 10:
                wanted |= Q(pk__in=linked.filter(known_issue_links__known_issue=int(number)).values("pk"))
            else:
                raise Unclear(_("write the number of a known issue, “any” or “none”"))
        return wanted

    def said(self, value: str) -> str:
        return {ANY: _("any"), NOBODY: _("none")}.get(value.casefold(), value)
