"""`{% load markdown %}`: {{ message.body|markdown_message }} and {{ article.body|markdown_article }}."""

from django import template
from django.utils.safestring import SafeString

from helpdesk import markdown

register = template.Library()


@register.filter
def markdown_message(text: str) -> SafeString:
    return markdown.render_message(text)


@register.filter
def markdown_article(text: str) -> SafeString:
    return markdown.render_article(text).html
