from django.apps import AppConfig


class KnownIssuesConfig(AppConfig):
    name = "known_issues"
