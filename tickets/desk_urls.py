"""What an engineer does with one ticket."""

from django.urls import path

from tickets.views import joining, working, workspace

urlpatterns = [
    path("<int:number>/take/", working.take, name="ticket_take"),
    path("<int:number>/assign/", working.assign, name="ticket_assign"),
    path("<int:number>/release/", working.release, name="ticket_release"),
    path("<int:number>/hold/", working.hold, name="ticket_hold"),
    path("<int:number>/resume/", working.resume, name="ticket_resume"),
    path("<int:number>/reopen-by-desk/", working.reopen, name="ticket_reopen_desk"),
    path("<int:number>/close/", working.close, name="ticket_close"),
    path("<int:number>/priority/", working.priority, name="ticket_priority"),
    path("<int:number>/facts/", working.facts, name="ticket_facts"),
    path("<int:number>/dismiss/", working.dismiss, name="ticket_dismiss"),
    path("<int:number>/restore/", working.restore, name="ticket_restore"),
    path("<int:number>/merge/", joining.merge, name="ticket_merge"),
    path("<int:number>/split/", joining.split, name="ticket_split"),
    path("<int:number>/link/", joining.link, name="ticket_link"),
    path("<int:number>/link/<int:pk>/remove/", joining.unlink, name="ticket_unlink"),
    path("<int:number>/connections/", joining.connections, name="ticket_connections"),
    path("<int:number>/customer/", workspace.customer, name="ticket_customer"),
]
