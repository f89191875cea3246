"""The queue and what belongs to no single ticket of it."""

from django.urls import path

from tickets.views import query_box, queue, saved_views, searching, working

urlpatterns = [
    path("", queue.queue, name="queue"),
    path("counts/", queue.counts, name="queue_counts"),
    path("search/", searching.search, name="ticket_search"),
    path("suggestions/", query_box.suggestions, name="query_suggestions"),
    path("new/", working.file_for_customer, name="ticket_new_desk"),
    path("views/", saved_views.views, name="saved_views"),
    path("views/new/", saved_views.write, name="saved_view_new"),
    path("views/<int:pk>/", saved_views.write, name="saved_view"),
    path("views/<int:pk>/keep/", saved_views.keep, name="saved_view_keep"),
    path("views/<int:pk>/delete/", saved_views.delete, name="saved_view_delete"),
    path("views/<int:pk>/pin/", saved_views.pin, name="saved_view_pin"),
    path("views/<int:pk>/unpin/", saved_views.unpin, name="saved_view_unpin"),
    path("views/<int:pk>/up/", saved_views.up, name="saved_view_up"),
    path("views/<int:pk>/down/", saved_views.down, name="saved_view_down"),
]
