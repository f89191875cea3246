"""The documents for programs: the same search and the same articles as the pages, for the same people."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db.models import prefetch_related_objects
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from helpdesk.text import normal
from kb.case import MAX_TYPED
from kb.facets import Filters
from kb.models import Article
from kb.public import address
from kb.search import look_up
from kb.views.finding import reader_language

RESULTS = 50


class FoundArticleSerializer(serializers.ModelSerializer[Article]):
    url = serializers.SerializerMethodField()
    products = serializers.SlugRelatedField[Any](slug_field="code", many=True, read_only=True)

    class Meta:
        model = Article
        fields = [
            *("slug", "language", "title", "summary", "kind", "audience", "products", "platforms"),
            *("sdk_from", "sdk_to", "error_codes", "updated_at", "url"),
        ]
        read_only_fields = fields

    def get_url(self, article: Article) -> str:
        return address(article.get_absolute_url(), article.language)


class AnswerSerializer(serializers.Serializer[Any]):
    did_you_mean = serializers.CharField(allow_blank=True)
    results = FoundArticleSerializer(many=True)


class ArticleSearchView(APIView):
    """Articles for a question, best first, at most 50: what the search page finds for the same words."""

    @extend_schema(
        parameters=[
            OpenApiParameter("q", description="What would be typed into the search box.", required=True),
            OpenApiParameter("language", enum=[code for code, _name in settings.LANGUAGES]),
            *(OpenApiParameter(name, description="Narrows the results.") for name in Filters.names()),
        ],
        responses=AnswerSerializer,
    )
    def get(self, request: Request) -> Response:
        given = request.query_params
        if unknown := set(given) - {"q", "language", *Filters.names()}:
            raise ValidationError({name: [_("There is no such parameter.")] for name in sorted(unknown)})
        language = given.get("language") or reader_language()
        if language not in dict(settings.LANGUAGES):
            raise ValidationError({"language": [_("Must be a language of this helpdesk.")]})
        answer = look_up(
            request.user,
            normal(given.get("q", "")).strip()[:MAX_TYPED],
            language=language,
            filters=Filters(**{name: normal(given.get(name, ""))[:60].strip() for name in Filters.names()}),
        )
        results = [one.article for one in answer.results[:RESULTS]]
        prefetch_related_objects(results, "products")
        return Response(AnswerSerializer({"did_you_mean": answer.did_you_mean, "results": results}).data)
