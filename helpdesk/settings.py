"""Settings, all from the environment (docs/settings.md lists them).

`script/server` and `script/test` start PostgreSQL and Redis themselves and write their addresses to
`DATA_DIR/services.env`; that file is read where the environment does not name them, so that
`manage.py` run by hand finds the running services.
"""

import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import environ
from csp.constants import NONCE, NONE, SELF
from kombu import Queue

from files.s3 import s3_storage
from helpdesk.schedule import daily, every

BASE_DIR = Path(__file__).resolve().parent.parent

env = environ.Env()
DATA_DIR = Path(env.str("DATA_DIR", default=str(BASE_DIR / ".data"))).resolve()
if (DATA_DIR / "services.env").is_file():
    env.read_env(str(DATA_DIR / "services.env"), overwrite=False)

DEBUG = env.bool("DEBUG", default=False)
# Commands that need neither sessions nor a database (sla_check, compilemessages) run without a key;
# the web and worker processes refuse to (helpdesk.checks).
SECRET_KEY = env.str("SECRET_KEY", default="")
if not SECRET_KEY:
    from django.core.management.utils import get_random_secret_key

    SECRET_KEY = get_random_secret_key()

SITE_NAME = env.str("SITE_NAME", default="Helpdesk")
SITE_URL = env.str("SITE_URL", default="http://localhost:8000").rstrip("/")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = [SITE_URL] if SITE_URL.startswith("https://") else []
WEB_THREADS = env.int("WEB_THREADS", default=8)

INSTALLED_APPS = [
    "accounts",
    "products",
    "events",
    "intake",
    "files",
    "drafts",
    "saved_views",
    "tickets",
    "sla",
    "kb",
    "handover",
    "followups",
    "timespent",
    "satisfaction",
    "macros",
    "composing",
    "known_issues",
    "routing",
    "notifications",
    "learning",
    "importing",
    "demo",
    "helpdesk",
    "channels",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.contrib.postgres",
    "django.contrib.sitemaps",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "anymail",
    "csp",
    "django_filters",
    "django_htmx",
    "drf_spectacular",
    "pgtrigger",
    "rest_framework",
    "template_partials",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "accounts.middleware.PreferencesMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "helpdesk.middleware.RefusalMiddleware",
    "files.middleware.RefuseEarlyMiddleware",
]

ROOT_URLCONF = "helpdesk.urls"
WSGI_APPLICATION = "helpdesk.wsgi.application"
ASGI_APPLICATION = "helpdesk.asgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.template.context_processors.tz",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
                "helpdesk.context_processors.site",
            ],
        },
    }
]

# --- PostgreSQL and Redis

DATABASES: dict[str, Any] = {
    "default": {
        **env.db("DATABASE_URL", default="postgres://helpdesk@localhost/helpdesk"),
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,
    }
}
DATABASES["default"].setdefault("OPTIONS", {})
# Ordinary queries end after 5 s on the web, 60 s in workers and commands; a transaction left open is ended.
STATEMENT_TIMEOUT_SECONDS = env.int("STATEMENT_TIMEOUT_SECONDS", default=60)
DATABASES["default"]["OPTIONS"].setdefault(
    "options",
    f"-c statement_timeout={STATEMENT_TIMEOUT_SECONDS}s -c lock_timeout=10s"
    " -c idle_in_transaction_session_timeout=60s",
)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = env.str("REDIS_URL", default="redis://localhost:6379/0")
CACHES = {
    "default": {
        "BACKEND": "helpdesk.cache.ForgivingRedisCache",
        "LOCATION": REDIS_URL,
        "OPTIONS": {"socket_timeout": 1, "socket_connect_timeout": 1},
        "KEY_PREFIX": "helpdesk",
    },
    # What `{% cache %}` keeps: parts of every page that only a release changes. In memory: it is read more
    # often than Redis is quick.
    "template_fragments": {
        "BACKEND": f"django.core.cache.backends.{'dummy.DummyCache' if DEBUG else 'locmem.LocMemCache'}",
        "TIMEOUT": None,
    },
}
CHANNEL_LAYERS = {
    "default": {
        "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
        "CONFIG": {
            "hosts": [{"address": REDIS_URL, "socket_connect_timeout": 1, "socket_keepalive": True}],
            "prefix": "helpdesk-live",
        },
    }
}

# --- Celery. The values are argued in docs/architecture.md: what must not be lost stands in PostgreSQL.

CELERY_BROKER_URL = REDIS_URL
CELERY_RESULT_BACKEND = None
CELERY_TASK_IGNORE_RESULT = True
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_SERIALIZER = "json"
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_PUBLISH_RETRY = False
CELERY_TASK_TIME_LIMIT = 120
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_MAX_TASKS_PER_CHILD = 500
# A process keeps its database connection from task to task (helpdesk.celery says when it does not).
CELERY_DB_REUSE_MAX = 2 * CELERY_WORKER_MAX_TASKS_PER_CHILD
CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT = 10.0
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = True
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 300,
    "unacked_restore_interval": 5,
    "unacked_restore_throttle": 1,
    "socket_timeout": 2,
    "socket_connect_timeout": 1,
    "socket_keepalive": True,
    "max_retries": 1,
}
CELERY_TIMEZONE = "UTC"
CELERY_TASK_DEFAULT_QUEUE = "helpdesk"
# A worker takes from both in turn: thousands of events to announce never keep the clocks from being watched.
CELERY_TASK_QUEUES = (Queue("clocks", routing_key="clocks"), Queue("helpdesk", routing_key="helpdesk"))
CELERY_TASK_ROUTES = {"sla.tasks.scan": {"queue": "clocks", "routing_key": "clocks"}}
CELERY_BEAT_SCHEDULE_FILENAME = str(DATA_DIR / "celerybeat-schedule")

SLA_SCAN_PERIOD = timedelta(seconds=env.float("SLA_SCAN_PERIOD_SECONDS", default=15))
SLA_SCAN_BATCH = env.int("SLA_SCAN_BATCH", default=200)
OUTBOX_SWEEP_PERIOD = timedelta(seconds=env.float("OUTBOX_SWEEP_PERIOD_SECONDS", default=15))
# Alerts about promises: so many of one person go in one mail (0: never), which waits so long for more.
ALERT_DIGEST_FROM = env.int("ALERT_DIGEST_FROM", default=3)
ALERT_DIGEST_WAIT = timedelta(seconds=env.float("ALERT_DIGEST_WAIT_SECONDS", default=60))
ALERT_DIGEST_WAIT_P1 = timedelta(seconds=env.float("ALERT_DIGEST_WAIT_P1_SECONDS", default=10))
# Folders of Markdown files that are read again and again: DOCS_TREES="rtc=/srv/docs/rtc,live=/srv/docs/live".
DOCS_TREES: dict[str, str] = env.dict("DOCS_TREES", default={})
DOCS_TREES_PERIOD = timedelta(minutes=env.float("DOCS_TREES_PERIOD_MINUTES", default=10))
# An expired hint is dropped: the next tick finds the same rows.
CELERY_BEAT_SCHEDULE = {
    "sla-scan": every(SLA_SCAN_PERIOD, "sla.tasks.scan"),
    "go-on-with-jobs": every(timedelta(minutes=1), "sla.tasks.go_on_with_jobs"),
    "follow-calendars": every(OUTBOX_SWEEP_PERIOD, "sla.tasks.follow_calendars"),
    "follow-zone-database": daily("2:47", "sla.tasks.follow_zone_database"),
    "check-clocks": daily("3:17", "sla.tasks.check_clocks"),
    "announce-pending": every(OUTBOX_SWEEP_PERIOD, "events.tasks.announce_pending"),
    "send-pending": every(OUTBOX_SWEEP_PERIOD, "notifications.tasks.send_pending"),
    "release-replies": every(OUTBOX_SWEEP_PERIOD, "composing.tasks.release_due"),
    "give-reminders": every(OUTBOX_SWEEP_PERIOD, "followups.tasks.give_reminders"),
    "known-issues": every(OUTBOX_SWEEP_PERIOD, "known_issues.tasks.tell"),
    "routing": every(timedelta(minutes=1), "routing.tasks.sweep"),
    "close-resolved": every(timedelta(minutes=10), "tickets.tasks.close_resolved"),
    "publish-scheduled-articles": every(timedelta(minutes=1), "kb.tasks.publish_scheduled"),
    "import-docs": every(DOCS_TREES_PERIOD, "kb.tasks.import_trees"),
    "count-common-words": every(timedelta(hours=1), "kb.tasks.count_common_words"),
    "mark-stale-articles": every(timedelta(hours=1), "learning.tasks.mark_stale"),
    "prune-searches": daily("4:23", "kb.tasks.prune_searches"),
    "prune-pictures": daily("4:41", "kb.tasks.prune_pictures"),
    "sweep-uploads": every(timedelta(minutes=15), "files.tasks.sweep_uploads"),
    "prune-drafts": every(timedelta(hours=6), "drafts.tasks.prune"),
}

# --- The stream of events. Order matters: a projection may read what those before it wrote.

EVENT_PROJECTIONS = ["sla.projections.project", "handover.projections.project"]
# Called at once after the commit, in the process that made the change; must neither wait nor fail.
EVENT_ECHOES = ["notifications.live.echo"]
EVENT_LISTENERS = [
    "notifications.listeners.publish",
    "satisfaction.listening.ask",  # before the mail that carries the question
    "notifications.listeners.notify",
    "sla.climbing.listen",
    "followups.listening.answered",
    "sla.calendars.listening.follow",
    # After the ladder: it may have moved the ticket to another tier.
    "routing.listening.listen",
    "composing.listening.follow",
]

# --- The desk

# The telephone number for emergencies, shown to customers; nothing is shown where there is none.
HOTLINE = env.str("HOTLINE", default="")
AUTO_CLOSE_AFTER = timedelta(days=env.int("AUTO_CLOSE_AFTER_DAYS", default=7))
BUSINESS_TIME_ZONE = env.str("BUSINESS_TIME_ZONE", default="Asia/Shanghai")
ATTACHMENT_MAX_BYTES = env.int("ATTACHMENT_MAX_BYTES", default=25 * 1024 * 1024)
ATTACHMENTS_PER_MESSAGE = env.int("ATTACHMENTS_PER_MESSAGE", default=10)
# Of one person: files that wait for their message, all together.
UPLOADS_WAITING_MAX_BYTES = env.int("UPLOADS_WAITING_MAX_BYTES", default=500 * 1024 * 1024)
UPLOAD_KEPT_HOURS = env.int("UPLOAD_KEPT_HOURS", default=24)
# So long a reply from the composer waits before it leaves, and can be taken back (0: not at all; at most 60).
UNDO_SEND_SECONDS = min(env.int("UNDO_SEND_SECONDS", default=15), 60)
DRAFT_KEPT_DAYS = env.int("DRAFT_KEPT_DAYS", default=30)
# What was searched for in the documents, for the page of gaps (docs/knowledge_base.md).
SEARCHES_KEPT_DAYS = env.int("SEARCHES_KEPT_DAYS", default=180)

# --- People and sign-in

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
PASSWORD_RESET_TIMEOUT = 3600
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
ACCOUNT_ADAPTER = "accounts.adapter.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_USER_MODEL_EMAIL_FIELD = "email"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_SIGNUP_FORM_CLASS = "accounts.forms.SignupDetailsForm"
# An address is proved by a code entered where the sign-up began. A link could be followed by the owner of the
# address for a stranger, who would then hold a confirmed access with the stranger's password.
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_EMAIL_VERIFICATION_SUPPORTS_RESEND = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = f"[{SITE_NAME}] "
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_SESSION_REMEMBER = None
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if SITE_URL.startswith("https://") else "http"
ALLAUTH_TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXY_COUNT", default=0)
SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_AGE = 30 * 24 * 3600

# --- Mail: to files under DATA_DIR until a server or a provider is named (docs/settings.md).

EMAIL_BACKEND = env.str("EMAIL_BACKEND", default="django.core.mail.backends.filebased.EmailBackend")
EMAIL_FILE_PATH = str(DATA_DIR / "mail")
if env.str("EMAIL_URL", default=""):
    vars().update(env.email("EMAIL_URL"))
ANYMAIL: dict[str, Any] = env.json("ANYMAIL", default={})
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="Helpdesk <support@localhost>")
SERVER_EMAIL = DEFAULT_FROM_EMAIL

# --- Language and time

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("zh-hans", "简体中文")]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

# --- Files

STATIC_URL = "static/"
STATIC_ROOT = env.str("STATIC_ROOT", default=str(BASE_DIR / "staticfiles"))
STATICFILES_DIRS = [BASE_DIR / "static"]
MEDIA_ROOT = env.str("MEDIA_ROOT", default=str(DATA_DIR / "files"))
MEDIA_URL = None
# Parts of uploads until they are whole. Several web processes share it, on several machines too.
UPLOAD_ROOT = env.str("UPLOAD_ROOT", default=str(DATA_DIR / "uploads"))
WHITENOISE_USE_FINDERS = not Path(STATIC_ROOT).is_dir()
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": (
            "helpdesk.static_files.FingerprintedStaticFiles"
            if Path(STATIC_ROOT).is_dir()
            else "django.contrib.staticfiles.storage.StaticFilesStorage"
        )
    },
}
if env.str("S3_BUCKET", default=""):
    STORAGES["default"] = s3_storage(env)
FILE_UPLOAD_PERMISSIONS = 0o640
FILE_UPLOAD_HANDLERS = ["files.receiving.CarefulUploadHandler"]
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
# The editor of a request type sends about fifty fields for each of its at most 60 questions.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 3500
DATA_UPLOAD_MAX_NUMBER_FILES = 20

# --- Browser security. SITE_URL with https switches the transport rules on.

SECURE = SITE_URL.startswith("https://")
SECURE_SSL_REDIRECT = SECURE and env.bool("SECURE_SSL_REDIRECT", default=True)
SECURE_REDIRECT_EXEMPT = [r"^health/"]
SECURE_HSTS_SECONDS = 31536000 if SECURE else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE
SECURE_HSTS_PRELOAD = SECURE
if env.bool("BEHIND_PROXY", default=False):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_NAME = "__Host-session" if SECURE else "helpdesk-session"
CSRF_COOKIE_NAME = "__Host-csrf" if SECURE else "helpdesk-csrf"
LANGUAGE_COOKIE_SECURE = SECURE
LANGUAGE_COOKIE_SAMESITE = "Lax"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF, NONCE],
        "style-src": [SELF],
        "img-src": [SELF, "blob:", "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    }
}

# --- API

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "accounts.api.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "DEFAULT_PAGINATION_CLASS": "rest_framework.pagination.CursorPagination",
    "PAGE_SIZE": 50,
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "helpdesk.api.handle_exception",
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Helpdesk API",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    # One name for a set of choices that stands under several names of fields.
    "ENUM_NAME_OVERRIDES": {
        "PlatformEnum": "products.models.Platform.choices",
        "PriorityEnum": "tickets.models.Priority.choices",
    },
}

# --- Logs: one line of JSON each, to standard output.

LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "json": {"()": "helpdesk.logs.json_formatter"},
        "plain": {"()": "helpdesk.logs.plain_formatter"},
    },
    "handlers": {
        "out": {
            "class": "logging.StreamHandler",
            "stream": "ext://sys.stdout",
            "formatter": env.str("LOG_FORMAT", default="plain" if sys.stdout.isatty() else "json"),
        }
    },
    "root": {"handlers": ["out"], "level": env.str("LOG_LEVEL", default="INFO")},
    "loggers": {
        "django.server": {"handlers": ["out"], "level": "INFO", "propagate": False},
        "django.db.backends": {"level": "WARNING"},
    },
}
