from django.urls import include, path

from tickets.views import attachments, filing, joining, portal, watching

urlpatterns = [
    path("", portal.my_tickets, name="my_tickets"),
    path("new/", filing.file_ticket, name="ticket_new"),
    path("new/questions/", filing.questions, name="ticket_questions"),
    path("<int:number>/", portal.ticket, name="ticket"),
    path("<int:number>/reply/", portal.reply, name="ticket_reply"),
    path("<int:number>/answers/", portal.answer, name="ticket_answers"),
    path("<int:number>/solved/", portal.solved, name="ticket_solved"),
    path("<int:number>/reopen/", portal.reopen, name="ticket_reopen"),
    path("<int:number>/thread/", joining.thread, name="ticket_thread"),
    path("<int:number>/watch/", watching.watch, name="ticket_watch"),
    path("<int:number>/unwatch/", watching.unwatch, name="ticket_unwatch"),
    path("", include(attachments)),
    path("", include("tickets.desk_urls")),
]
