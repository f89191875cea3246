from django.urls import path

from sla.calendars import editor, views

urlpatterns = [
    path("", views.calendars, name="calendars"),
    path("new/", views.new, name="calendar_new"),
    path("<int:pk>/", views.calendar, name="calendar"),
    path("<int:pk>/rename/", views.rename, name="calendar_rename"),
    # `key` is a calendar's number, or "new".
    path("<slug:key>/edit/", editor.draft, name="calendar_draft"),
    path("<slug:key>/edit/week/", editor.week, name="calendar_week"),
    path("<slug:key>/edit/day/", editor.day, name="calendar_day"),
    path("<slug:key>/edit/days/forget/", editor.forget_days, name="calendar_forget_days"),
    path("<slug:key>/edit/holidays/", editor.holidays, name="calendar_holidays"),
    path("<slug:key>/edit/review/", editor.review, name="calendar_review"),
    path("<slug:key>/edit/discard/", editor.discard, name="calendar_discard"),
    path("<slug:key>/try/", views.try_it, name="calendar_try"),
]
