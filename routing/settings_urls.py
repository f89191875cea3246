from django.urls import path

from routing.views import rules, simulation

urlpatterns = [
    path("routing/", rules.routing, name="routing"),
    path("routing/switch/", rules.switch, name="routing_switch"),
    path("routing/versions/<int:number>/", rules.version, name="routing_version"),
    path("routing/draft/", rules.draft, name="routing_draft"),
    path("routing/draft/begin/", rules.begin_draft, name="routing_draft_begin"),
    path("routing/draft/drop/", rules.drop_draft, name="routing_draft_drop"),
    path("routing/draft/force/", rules.put_in_force, name="routing_put_in_force"),
    path("routing/draft/rules/new/", rules.rule, name="routing_rule_new"),
    path("routing/draft/rules/<slug:key>/", rules.rule, name="routing_rule"),
    path("routing/simulation/", simulation.simulation, name="routing_simulation"),
    path("routing/simulation.csv", simulation.simulation_csv, name="routing_simulation_csv"),
]
