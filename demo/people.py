"""Make the demo's people, organisations and products."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.hashers import make_password

from accounts import actions
from accounts.models import Application, EmailDomain, Membership, Organization, User
from demo import plans
from demo.accounts import PASSWORD
from demo.texts import Person, Texts
from products.models import Product


@dataclass
class Cast:
    """Everybody and everything by the keys of people.yaml."""

    products: dict[str, Product]
    people: dict[str, User]
    organizations: dict[str, Organization]
    applications: dict[str, Application]


def make(texts: Texts, now: datetime) -> Cast:
    since = now - timedelta(days=400)
    products = {
        product["code"]: Product.objects.get_or_create(
            code=product["code"], defaults={**product, "position": position}
        )[0]
        for position, product in enumerate(texts.products)
    }
    cast = Cast(products, people={}, organizations={}, applications={})
    for person in texts.people.values():
        if not person.organization:
            cast.people[person.key] = _person(person, cast, since)
    manager = next(user for user in cast.people.values() if user.role == User.Role.MANAGER)
    offered = plans.make(now, by=manager)
    for entry in texts.organizations:
        organization = _organization(entry, cast, since)
        plans.sign(organization, offered[entry["plan"]], at=since, by=manager)
        cast.organizations[entry["key"]] = organization
    for person in texts.people.values():
        if person.organization:
            cast.people[person.key] = _person(person, cast, since)
    # Hashed once for everybody: it is slow on purpose, and no secret here.
    User.objects.filter(pk__in=[user.pk for user in cast.people.values()]).update(
        password=make_password(PASSWORD)
    )
    return cast


def _person(person: Person, cast: Cast, since: datetime) -> User:
    user = actions.add_person(
        email=person.email,
        name=person.name,
        role=person.role,
        tier=person.tier,
        is_lead=person.is_lead,
        language=person.language,
        time_zone=person.time_zone,
        date_joined=since,
    )
    user.products.set(cast.products[code] for code in person.products)
    if person.organization:
        # The domain has made them a member; who leads is the customer's word.
        membership = Membership.objects.get(user=user)
        membership.role = Membership.Role(person.membership)
        membership.save(update_fields=["role"])
    return user


def _organization(entry: dict[str, Any], cast: Cast, since: datetime) -> Organization:
    tam = cast.people[entry["tam"]] if entry["tam"] else None
    organization = Organization.objects.create(name=entry["name"], tam=tam, created_at=since)
    EmailDomain.objects.bulk_create(
        EmailDomain(organization=organization, domain=domain) for domain in entry["email_domains"]
    )
    for app in entry["applications"]:
        application = Application.objects.create(
            organization=organization,
            name=app["name"],
            app_id=app["app_id"],
            platforms=app["platforms"],
            sdk_versions=app["sdk_versions"],
        )
        application.products.set(cast.products[code] for code in app["products"])
        cast.applications[app["key"]] = application
    return organization
