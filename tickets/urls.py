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
    path("files/<uuid:pk>/", attachments.attachment, name="attachment"),
    path("files/<uuid:pk>/small/", attachments.attachment_thumbnail, name="attachment_small"),
    path("files/<uuid:pk>/look/", attachments.attachment_look, name="attachment_look"),
    path("note-files/<uuid:pk>/", attachments.note_attachment, name="note_attachment"),
    path("note-files/<uuid:pk>/small/", attachments.note_attachment_thumbnail, name="note_attachment_small"),
    path("note-files/<uuid:pk>/look/", attachments.note_attachment_look, name="note_attachment_look"),
    path("", include("tickets.desk_urls")),
]
