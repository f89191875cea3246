"""The name of a product inside a query, in the language of the page: what Product.__str__ says."""

from __future__ import annotations

from django.db.models import F, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce, NullIf
from django.utils.translation import get_language


def name_of(product: str) -> Combinable:
    """`product`: the way to the product, as in "ticket__product". Null where there is no product."""
    name = F(f"{product}__name")
    if not (get_language() or "").startswith("zh"):
        return name
    return Coalesce(NullIf(F(f"{product}__name_zh"), Value("")), name)
