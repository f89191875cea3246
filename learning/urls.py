"""Addresses below /docs/ that come before those of the articles; kb.urls keeps articles from taking them."""

from django.urls import path

from learning.views import commenting, feedback, gaps, news, reviewing, searched, tickets

urlpatterns = [
    path("searched/", searched.searched, name="kb_searched"),
    path("gaps/", gaps.gaps, name="kb_gaps"),
    path("gaps/<slug:part>.csv", gaps.gaps_csv, name="kb_gaps_csv"),
    path("gaps/searches/", gaps.searches, name="kb_gap_searches"),
    path("gaps/tickets/", gaps.tickets, name="kb_gap_tickets"),
    path("gaps/deflections/", gaps.deflections, name="kb_gap_deflections"),
    path("needs-review/", reviewing.needs_review, name="kb_needs_review"),
    path("feedback/", feedback.waiting, name="kb_feedback"),
    path("feedback/mine/", feedback.mine, name="kb_my_feedback"),
    path("feedback/<int:pk>/answer/", feedback.answer, name="kb_feedback_answer"),
    path("comments/<int:pk>/answer/", commenting.answer, name="kb_comment_answer"),
    path("comments/<int:pk>/resolve/", commenting.resolve, name="kb_comment_resolve"),
    path("comments/<int:pk>/reopen/", commenting.reopen, name="kb_comment_reopen"),
    path("news/<int:pk>/", news.open_news, name="kb_news_open"),
    path("news/read/", news.read_all, name="kb_news_read"),
    path("from-ticket/<int:number>/", tickets.write, name="kb_from_ticket"),
    path("from-ticket/<int:number>/side/", tickets.of_ticket, name="kb_of_ticket"),
    path("<str:slug>/feedback/", feedback.give, name="kb_feedback_give"),
    path("<str:slug>/<str:language>/comments/", commenting.add, name="kb_comment"),
    path("<str:slug>/<str:language>/current/", reviewing.confirm, name="kb_confirm_current"),
]
