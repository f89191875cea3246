"""Replies that have not left, wherever they go."""

from django.urls import path

from composing.views import beside, sending

urlpatterns = [
    path("", beside.mine, name="outgoing"),
    path("undo-switch/", sending.set_undo, name="outgoing_undo_switch"),
    path("runs/<uuid:key>/take-back/", sending.take_back_run, name="outgoing_take_back_run"),
    path("<int:pk>/take-back/", sending.take_back, name="outgoing_take_back"),
    path("<int:pk>/send-now/", sending.send_now, name="outgoing_send_now"),
]
