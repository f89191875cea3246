"""The Celery application. Redis carries hints only; what is due stands in PostgreSQL."""

import os
from typing import Any

from celery import Celery, Task
from celery.signals import task_postrun, task_prerun
from django.db import close_old_connections

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "helpdesk.settings")

app = Celery("helpdesk")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@task_prerun.connect
@task_postrun.connect
def treat_connections_as_after_a_request(sender: Task[Any, Any], **_: Any) -> None:
    """CONN_MAX_AGE and CONN_HEALTH_CHECKS hold for tasks as they do for requests: a connection that is old or
    broken goes, one that was idle is looked at before it is used. (Celery itself would close it before and
    after each task; CELERY_DB_REUSE_MAX in the settings keeps it from that.)
    """
    if not sender.request.is_eager:
        close_old_connections()
