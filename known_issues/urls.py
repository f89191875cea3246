from django.urls import path

from known_issues.views import linking, panel, reading, writing

urlpatterns = [
    path("", reading.known_issues, name="known_issues"),
    path("new/", writing.write, name="known_issue_new"),
    path("<int:number>/", reading.known_issue, name="known_issue"),
    path("<int:number>/edit/", writing.edit, name="known_issue_edit"),
    path("<int:number>/audience/", writing.open_to, name="known_issue_open_to"),
    path("<int:number>/fix/", writing.fix, name="known_issue_fix"),
    path("<int:number>/panel/", panel.known_issue, name="known_issue_panel"),
    path("<int:number>/solved/", panel.solved, name="known_issue_solved"),
    path("<int:number>/link/<int:ticket>/", linking.link, name="known_issue_link"),
    path("<int:number>/unlink/<int:ticket>/", linking.unlink, name="known_issue_unlink"),
    path("of/<int:ticket>/", linking.of_ticket, name="known_issues_of_ticket"),
    path("of/<int:ticket>/link/", linking.link_by_reference, name="known_issue_link_by_reference"),
    path("beside/", panel.suggest, name="beside"),
    path("beside/follow/<int:ticket>/", panel.follow, name="beside_follow"),
]
