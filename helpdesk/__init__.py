"""The project: settings, urls, the web and worker entry points, the embedded services."""

from helpdesk.celery import app as celery_app

__all__ = ["celery_app"]
