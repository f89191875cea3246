from django.urls import path

from sla.policies import applying_views, replay_views, views

urlpatterns = [
    path("policies/", views.policies, name="policies"),
    path("policies/new/", views.new_policy, name="policy_new"),
    path("policies/reading/", views.reading, name="duration_reading"),
    path("policies/<int:pk>/", views.policy, name="policy"),
    path("policies/<int:pk>/name/", views.rename, name="policy_rename"),
    path("policies/<int:pk>/edit/", views.edit, name="policy_edit"),
    path("policies/<int:pk>/versions/<int:number>/", views.version, name="policy_version"),
    path("policies/<int:pk>/versions/<int:number>/withdraw/", views.withdraw, name="policy_withdraw"),
    path("policies/<int:pk>/versions/<int:number>/apply/", applying_views.look, name="policy_look"),
    path(
        "policies/<int:pk>/versions/<int:number>/replay/", replay_views.replay_version, name="policy_replay"
    ),
    path("policies/applied/<int:pk>/", applying_views.reapplication, name="reapplication"),
    path("policies/applied/<int:pk>/clocks.csv", applying_views.reapplication_csv, name="reapplication_csv"),
    path("policies/applied/<int:pk>/again/", applying_views.look_again, name="reapplication_again"),
    path("policies/applied/<int:pk>/confirm/", applying_views.confirm, name="reapplication_confirm"),
    path("policies/applied/<int:pk>/drop/", applying_views.drop, name="reapplication_drop"),
    path("policies/replays/<int:pk>/", replay_views.replay, name="replay"),
    path("policies/replays/<int:pk>/again/", replay_views.replay_again, name="replay_again"),
]
