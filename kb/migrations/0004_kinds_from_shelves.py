from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

KINDS = {"guides": "guide", "api-reference": "api", "faq": "faq", "scenarios": "scenario"}


def take_kind_from_shelf(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """The first four shelves were kinds in all but name."""
    articles = apps.get_model("kb", "Article").objects
    for slug, kind in KINDS.items():
        articles.filter(category__slug=slug).update(kind=kind)


class Migration(migrations.Migration):
    dependencies = [("kb", "0003_documentation_facts")]
    operations = [migrations.RunPython(take_kind_from_shelf, migrations.RunPython.noop)]
