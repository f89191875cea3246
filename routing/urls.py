from django.urls import path

from routing.views import availability

urlpatterns = [
    path("", availability.mine, name="availability"),
    path("team/", availability.team, name="team"),
    path("<int:pk>/", availability.availability, name="availability_of"),
    path("<int:pk>/facts/", availability.set_profile, name="availability_facts"),
    path("<int:pk>/absences/", availability.add_absence, name="absence_add"),
    path("<int:pk>/move/", availability.move, name="availability_move"),
    path("absences/<int:pk>/end/", availability.end_absence, name="absence_end"),
]
