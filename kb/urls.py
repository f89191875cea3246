from django.urls import path, re_path, register_converter

from kb.addresses import NameConverter
from kb.views import crawling, panel, pictures, reading, revising, writing

register_converter(NameConverter, "name")

urlpatterns = [
    path("", reading.home, name="kb_home"),
    path("search/", reading.search, name="kb_search"),
    path("category/<name:slug>/", reading.category, name="kb_category"),
    re_path(r"^changes/(?P<language>[\w-]+)\.(?P<form>atom|rss)$", crawling.changes, name="kb_changes"),
    path("drafts/", writing.drafts, name="kb_drafts"),
    path("new/", writing.write, name="kb_write"),
    path("preview/", writing.preview, name="kb_preview"),
    path("pictures/", pictures.add, name="kb_picture_add"),
    path("pictures/<slug:digest>.<slug:suffix>", pictures.picture, name="kb_picture"),
    path("<name:slug>/", reading.article, name="article"),
    path("<name:slug>/rate/", reading.rate, name="kb_rate"),
    path("<name:slug>/panel/", panel.article, name="kb_panel_article"),
    path("<name:slug>/solved/", panel.solved, name="kb_solved"),
    path("<name:slug>/<str:language>/edit/", writing.edit, name="kb_edit"),
    path("<name:slug>/<str:language>/submit/", revising.submit, name="kb_submit"),
    path("<name:slug>/<str:language>/schedule/", revising.schedule, name="kb_schedule"),
    path("<name:slug>/<str:language>/archive/", revising.archive, name="kb_archive"),
    path("<name:slug>/<str:language>/revisions/<int:number>/", revising.revision, name="kb_revision"),
    path("<name:slug>/<str:language>/revisions/<int:number>/restore/", revising.restore, name="kb_restore"),
    path("<name:slug>/<str:language>/publish/", writing.publish, name="kb_publish"),
    path("<name:slug>/<str:language>/unpublish/", writing.unpublish, name="kb_unpublish"),
]

# Words of the addresses above that no article may take as its own.
RESERVED_SLUGS = {
    *("search", "searched", "category", "suggest", "drafts", "new", "preview", "pictures"),
    "changes",
    *("gaps", "feedback", "needs-review", "comments", "news", "from-ticket"),
}
