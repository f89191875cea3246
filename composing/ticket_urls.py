"""The composer of one ticket."""

from django.urls import path

from composing.views import beside, forms, sending, writing

urlpatterns = [
    path("<int:number>/say/", sending.say, name="ticket_say"),
    path("<int:number>/ask/", forms.ask, name="ticket_ask"),
    path("<int:number>/resolve/", forms.resolve, name="ticket_resolve"),
    path("<int:number>/agree/", forms.agree, name="ticket_agree"),
    path("<int:number>/note/", sending.note, name="ticket_note"),
    path("<int:number>/inserts/", writing.inserts, name="ticket_inserts"),
    path("<int:number>/preview/", writing.preview, name="ticket_preview"),
    path("<int:number>/beside/", beside.beside, name="ticket_beside"),
    path("<int:number>/drafts/<int:pk>/take-over/", beside.take_over, name="ticket_draft_take"),
]
