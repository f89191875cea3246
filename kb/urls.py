from django.urls import path

from kb.views import panel, reading, writing

urlpatterns = [
    path("", reading.home, name="kb_home"),
    path("search/", reading.search, name="kb_search"),
    path("category/<slug:slug>/", reading.category, name="kb_category"),
    path("suggest/", panel.suggest, name="kb_suggest"),
    path("drafts/", writing.drafts, name="kb_drafts"),
    path("new/", writing.write, name="kb_write"),
    path("preview/", writing.preview, name="kb_preview"),
    path("<slug:slug>/", reading.article, name="article"),
    path("<slug:slug>/rate/", reading.rate, name="kb_rate"),
    path("<slug:slug>/panel/", panel.article, name="kb_panel_article"),
    path("<slug:slug>/solved/", panel.solved, name="kb_solved"),
    path("<slug:slug>/<str:language>/edit/", writing.edit, name="kb_edit"),
    path("<slug:slug>/<str:language>/publish/", writing.publish, name="kb_publish"),
    path("<slug:slug>/<str:language>/unpublish/", writing.unpublish, name="kb_unpublish"),
]

# Words of the addresses above that no article may take as its own.
RESERVED_SLUGS = {"search", "category", "suggest", "drafts", "new", "preview"}
