"""Doors for Celery."""

from pathlib import Path

import structlog
from celery import shared_task
from django.conf import settings
from django.utils import timezone

from helpdesk.errors import InvalidTransition
from kb import actions, indexing, pictures, trail
from kb.trees.importing import import_tree
from kb.trees.naming import slugged

logger = structlog.get_logger(__name__)

# The first reading of a large tree takes minutes.
IMPORT_SECONDS = 30 * 60


@shared_task
def count_common_words() -> None:
    indexing.count_common_words()


@shared_task
def publish_scheduled() -> None:
    actions.publish_due(timezone.now())


@shared_task(time_limit=IMPORT_SECONDS)
def import_trees() -> None:
    """Read what changed in the folders of DOCS_TREES. What is gone is kept: only a person archives it."""
    for name, folder in settings.DOCS_TREES.items():
        path = Path(folder)
        if not path.is_dir():
            logger.error("docs_tree_missing", source=name, folder=folder)
            continue
        try:
            report = import_tree(path, name=slugged(name)[:50] or "docs")
        except InvalidTransition:
            logger.info("docs_tree_being_read", source=name)
            continue
        logger.info(
            "docs_tree_read",
            source=name,
            created=report.created,
            changed=report.changed,
            unchanged=report.unchanged,
            skipped=len(report.skipped),
            broken_links=len(report.broken_links),
            missing_pictures=len(report.missing_pictures),
            gone=len(report.gone),
        )


@shared_task
def prune_searches() -> None:
    trail.prune(timezone.now())


@shared_task
def prune_pictures() -> None:
    pictures.prune(timezone.now())
