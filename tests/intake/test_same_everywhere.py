"""One definition decides: the browser's form, the API and mail come to the same results.

Random request types and random answers go through the real doors of all three; nothing is mocked.
"""

from types import SimpleNamespace

import pytest
from django.http import QueryDict
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from rest_framework.exceptions import ValidationError

from accounts.models import Application
from intake.checking import problems
from intake.definition import Definition
from intake.evaluation import evaluate
from intake.models import RequestType, RequestTypeVersion
from products.models import Product
from tickets import mailed
from tickets.api import writing
from tickets.forms.filing import FileTicketForm

pytestmark = pytest.mark.django_db

OPTIONS = ("red", "green", "blue")
KEYS = ("a", "b", "c", "d", "e", "f")
KINDS = ("text", "version", "number", "url", "choice", "choices", "moment", "period", "long_text")
IMPACT = {
    "affected": ("everything", "main", "minor", "nothing"),
    "extent": ("all", "some", "one"),
    "environment": ("production", "test"),
}
# Right and wrong answers to all kinds, each on one line, as all three ways can carry it.
ANSWERS = (
    *("", "Pixel 8", "4.3.2", "-1", "12.5", "1e9", "https://kite.example/a", "javascript:alert(1)"),
    *OPTIONS,
    *("2026-07-13T09:00", "2026-07-13T09:00:00+08:00", "yesterday", "字"),
)


@st.composite
def conditions(draw, earlier, asks_impact):
    """On what was asked before; sometimes none."""
    known = [*earlier, ("priority", "choice", ("P1", "P2", "P3", "P4"))]
    if asks_impact:
        known += [(key, "choice", values) for key, values in IMPACT.items()]
    tests = []
    for key, kind, values in draw(st.lists(st.sampled_from(known), max_size=2)):
        operators = ["is_filled", "is_empty"]
        if kind in ("choice", "choices"):
            operators += ["is", "is_not", "is_one_of"]
        operator = draw(st.sampled_from(operators))
        compared = []
        if operator not in ("is_filled", "is_empty"):
            compared = draw(st.lists(st.sampled_from(values), min_size=1, max_size=2, unique=True))
        tests.append({"field": key, "operator": operator, "values": compared})
    return {"match": draw(st.sampled_from(["all", "any"])), "tests": tests} if tests else {}


@st.composite
def definitions(draw):
    asks_impact = draw(st.booleans())
    fields, earlier = [], []
    if draw(st.booleans()):
        fields.append({"key": "platform", "kind": "platform", "label": "Platform", "need": "required"})
        earlier.append(("platform", "choice", ("android", "web")))
    if draw(st.booleans()):
        fields.append({"key": "product", "kind": "product", "label": "Product", "need": "required"})
    for key in draw(st.lists(st.sampled_from(KEYS), min_size=1, unique=True)):
        kind = draw(st.sampled_from(KINDS))
        field = {
            "key": key,
            "kind": kind,
            "label": f"Question {key}",
            "need": draw(st.sampled_from(["required", "recommended", "optional"])),
            "shown_if": draw(conditions(earlier, asks_impact)),
            "required_if": draw(conditions(earlier, asks_impact)),
        }
        if kind in ("choice", "choices"):
            field["options"] = [{"value": one, "label": one.capitalize()} for one in OPTIONS]
        if kind == "number":
            field |= {"minimum": 0, "maximum": 100}
        fields.append(field)
        earlier.append((key, kind, OPTIONS))
    return Definition.read({"name": "Random", "asks_impact": asks_impact, "priority": "P3", "fields": fields})


@st.composite
def cases(draw):
    definition = draw(definitions())
    answers = {}
    for key, values in IMPACT.items() if definition.asks_impact else ():
        if draw(st.booleans()):
            answers[key] = draw(st.sampled_from(values))
    for one in definition:
        if one.key == "platform":
            answers[one.key] = draw(st.sampled_from(["", "android", "web"]))
        elif one.key == "product":
            answers[one.key] = draw(st.sampled_from(["", "live"]))
        elif one.kind == "choices":
            answers[one.key] = draw(st.lists(st.sampled_from([*OPTIONS, "Pixel 8"]), unique=True, max_size=2))
        else:
            answers[one.key] = draw(st.sampled_from(ANSWERS))
    return definition, answers


def by_form(version, answers, rui):
    data = QueryDict(mutable=True)
    data.update({"subject": "x", "body": "y"})
    ids = {product.code: str(product.pk) for product in Product.objects.all()}
    for key, value in answers.items():
        kind = version.read.by_key[key].kind if key in version.read.by_key else "choice"
        if kind == "period":
            start, _slash, end = value.partition("/")
            data.update({key: start, f"{key}_until": end})
        elif isinstance(value, list):
            data.setlist(key, value)
        else:
            data[key] = ids.get(value, value) if kind == "product" else value
    form = FileTicketForm(data, {}, requester=rui, version=version)
    return form.is_valid(), form.look() if not hasattr(form, "evaluation") else form.evaluation


def by_api(version, answers, rui):
    data = {
        "subject": "x",
        "body": "y",
        "request_type": version.request_type.code,
        "answers": {key: value for key, value in answers.items() if value not in ("", [])},
    }
    serializer = writing.Filing(data=data, context={"request": SimpleNamespace(user=rui)})
    try:
        valid = serializer.is_valid()
    except ValidationError:
        valid = False
    return valid, serializer.found


def by_mail(version, answers, kite):
    lines = []
    for key, value in answers.items():
        label = f"Question {key}" if key in KEYS else key
        lines.append(f"{label}: {', '.join(value) if isinstance(value, list) else value}")
    return mailed.read(version, "Hello,\n\n" + "\n".join(lines), organization=kite)


def told(found):
    return {
        "shown": [one.key for one in found.shown],
        "needs": dict(found.needs),
        "answers": dict(found.answers),
        "errors": dict(found.errors),
        "missing": [one.key for one in found.missing],
        "holds_up": [one.key for one in found.holds_up],
        "priority": (found.proposed, found.priority),
    }


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(case=cases())
def test_browser_api_and_mail_come_to_the_same(case, rui, kite, live_sdk):
    definition, answers = case
    assume(not problems(definition))
    version = _saved(definition)
    form_is_valid, form = by_form(version, answers, rui)
    api_is_valid, api = by_api(version, answers, rui)
    mail = by_mail(version, answers, kite)
    assert told(form) == told(api) == told(mail)
    # A P1 of the browser goes through with whatever was typed; a program is told what is wrong.
    if form.priority != "P1":
        assert form_is_valid == api_is_valid


def _saved(definition):
    """The only type that is offered."""
    made = RequestType.objects.create(code=f"random-{RequestType.objects.count()}", position=0)
    return RequestTypeVersion.objects.create(request_type=made, number=1, definition=definition.written())


def test_an_application_of_another_organisation_is_none_anywhere(rui, kite, zoe, live_sdk):
    ondo = zoe.organizations.get()
    Application.objects.create(organization=ondo, name="Ondo", app_id="ondo-1")
    Application.objects.create(organization=kite, name="Kite", app_id="kite-1")
    version = RequestTypeVersion.objects.get(request_type__code="feature")
    answers = {"product": "live", "application": "ondo-1"}
    foreign = Application.objects.get(app_id="ondo-1")
    _valid, form = by_form(version, {**answers, "application": str(foreign.pk)}, rui)
    valid, api = by_api(version, answers, rui)
    mail = by_mail(version, answers, kite)
    assert not valid
    assert [list(found.errors) for found in (form, api, mail)] == [["application"]] * 3
    assert all("application" not in found.answers for found in (form, api, mail))


def test_evaluate_is_pure(live_sdk):
    definition = RequestTypeVersion.objects.get(request_type__code="broken").read
    given_answers = {"affected": "main", "since": {"at": "2026-07-13T09:00", "zone": "UTC"}}
    before = repr(given_answers)
    from intake.impact import STANDARD, Rules
    from intake.values import Choices

    options = {"rules": Rules.read(STANDARD), "choices": Choices()}
    assert evaluate(definition, given_answers, **options) == evaluate(definition, given_answers, **options)
    assert repr(given_answers) == before
