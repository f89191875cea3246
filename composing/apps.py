from django.apps import AppConfig


class ComposingConfig(AppConfig):
    name = "composing"
