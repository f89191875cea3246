"""The queue and what belongs to no single ticket of it."""

from django.urls import path

from tickets.views import queue, working

urlpatterns = [
    path("", queue.queue, name="queue"),
    path("filters/", queue.filters, name="queue_filters"),
    path("counts/", queue.counts, name="queue_counts"),
    path("search/", queue.search, name="ticket_search"),
    path("new/", working.file_for_customer, name="ticket_new_desk"),
]
