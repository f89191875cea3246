from django.urls import path

from handover import views

urlpatterns = [
    path("<int:number>/hand-over/", views.hand_over, name="ticket_hand_over"),
    path("<int:number>/hand-over/fill/", views.fill, name="ticket_fill_hand_over"),
    path("<int:number>/hand-over/return/", views.send_back, name="ticket_return_hand_over"),
]
