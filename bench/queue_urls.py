"""The project's addresses and the floor."""

from django.http import HttpRequest, HttpResponse
from django.template import Context, Engine
from django.urls import include, path

from tickets.models import Ticket

PAGE = Engine().from_string(
    "<ul>{% for t in tickets %}<li>{{ t.number }} {{ t.subject }} {{ t.organization.name }}"
    + " {{ t.next_due_at }}"
    + "{% for c in t.clocks.all %} {{ c.target }} {{ c.due_at }}{% endfor %}</li>{% endfor %}</ul>"
)


def floor(request: HttpRequest) -> HttpResponse:
    assert request.user.is_authenticated
    tickets = (
        Ticket.objects.active()
        .by_next_promise()
        .select_related("organization", "product", "assignee")
        .prefetch_related("clocks")
        .defer("search")[:26]
    )
    return HttpResponse(PAGE.render(Context({"tickets": tickets})))


urlpatterns = [path("", include("helpdesk.urls")), path("floor/", floor)]
