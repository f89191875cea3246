from django.apps import AppConfig


class TimespentConfig(AppConfig):
    name = "timespent"
