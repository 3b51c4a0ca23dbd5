"""The one settings file. Everything an office may change comes from environment variables; the rest is fixed here."""

import os
import secrets
import sys
from pathlib import Path

import environ
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

BASE = Path(__file__).resolve().parent.parent
env = environ.Env()

# --- where data lives -------------------------------------------------------------------------------------------------
GONGYI_DATA = Path(env("GONGYI_DATA", default=str(BASE / "data"))).resolve()
GONGYI_KEYS = Path(env("GONGYI_KEYS", default=str(GONGYI_DATA / "keys"))).resolve()
GONGYI_BACKUPS = Path(env("GONGYI_BACKUPS", default=str(GONGYI_DATA / "backups"))).resolve()
GONGYI_BACKUP_KEY = env("GONGYI_BACKUP_KEY", default="")
GONGYI_UPLOAD_BYTES = env.int("GONGYI_UPLOAD_BYTES", default=10 * 1024 * 1024)
GONGYI_HTTPS = env.bool("GONGYI_HTTPS", default=False)
GONGYI_HOST = env("HOST", default="127.0.0.1")
# small: two people are enough, second approvals go one unit up; mlps3: second factor and password rules for all staff
GONGYI_PROFILE = env("GONGYI_PROFILE", default="small")


def _mail_server() -> dict[str, object]:
    """What EMAIL_URL says; with words that cannot be understood nothing starts, so that no mail is missed in silence."""
    try:
        found = env.email_url("EMAIL_URL") if env("EMAIL_URL", default="") else {}
    except (ImproperlyConfigured, ValueError):
        found = {"EMAIL_HOST": ""}
    if found and not (found["EMAIL_HOST"] and found["EMAIL_BACKEND"] == env.EMAIL_SCHEMES["smtp"]):
        # No catalogue of words is loaded yet, so both languages.
        sys.exit(
            "环境变量 EMAIL_URL 看不懂。请照这样写：smtp+tls://用户:密码@主机:587；用户名和密码里的 @ 写成 %40，/ 写成 %2F。\n"
            "EMAIL_URL is not understood. Write it like smtp+tls://user:password@host:587, with %40 for @ and %2F for / in user and password."
        )
    return found


# Messages that leave the house; with nothing set here, none does. A gateway may be http://host:port inside one's own network.
GONGYI_URL = env("GONGYI_URL", default="").rstrip("/")
GONGYI_MAIL = _mail_server()
EMAIL_FROM = env("EMAIL_FROM", default="gongyi@localhost")
GONGYI_SMS_HOSTS = {
    host.strip().lower().removeprefix("https://").rstrip("/") for host in env.list("GONGYI_SMS_HOSTS", default=[])
}


def _django_key() -> str:
    """Django's signing key, made once beside the other keys; a throwaway one where nothing may be written."""
    if key := env("SECRET_KEY", default=""):
        return str(key)
    path = GONGYI_KEYS / "django.key"
    if path.exists():
        return path.read_text().strip()
    if (
        "restore" in sys.argv[1:3]
    ):  # brings the key of the backup; what it finds empty stays so until everything is back
        return secrets.token_urlsafe(50)
    try:
        GONGYI_KEYS.mkdir(parents=True, exist_ok=True, mode=0o700)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(made := secrets.token_urlsafe(50))
    except FileExistsError:
        return path.read_text().strip()
    except OSError:
        return secrets.token_urlsafe(50)
    return made


TESTING = "pytest" in sys.modules
DEBUG = env.bool("DEBUG", default=False)
SECRET_KEY = "only-for-tests" if TESTING else _django_key()
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost", "[::1]", GONGYI_HOST])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])

# --- apps: core may not import anything below it, network nothing below network, and so on -----------------------------
INSTALLED_APPS = [
    "gongyi.core",
    "gongyi.documents",
    "gongyi.language",
    "gongyi.network",
    "gongyi.people",
    "gongyi.publishing",
    "gongyi.promises",
    "gongyi.casework",
    "gongyi.proposals",
    "gongyi.reports",
    "gongyi.home",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.forms",
    "django_cotton",
    "django_htmx",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "axes",
    "csp",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "gongyi.core.http.HeadersMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "gongyi.people.adapter.ActorMiddleware",
    "gongyi.core.http.RefusedMiddleware",
    "axes.middleware.AxesMiddleware",
]
ROOT_URLCONF = "gongyi.urls"
WSGI_APPLICATION = "gongyi.wsgi.application"
FORM_RENDERER = "gongyi.core.inputs.Renderer"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE / "gongyi" / "templates"],
        "APP_DIRS": False,
        "OPTIONS": {
            "loaders": [
                (
                    "django.template.loaders.cached.Loader",
                    [
                        "django_cotton.cotton_loader.Loader",
                        "django.template.loaders.filesystem.Loader",
                        "django.template.loaders.app_directories.Loader",
                    ],
                )
            ],
            "libraries": {"i18n": "gongyi.core.templatetags.i18n"},
            "builtins": ["django_cotton.templatetags.cotton", "gongyi.core.templatetags.gongyi"],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "gongyi.home.adapter.frame",
                "gongyi.home.adapter.tour_frame",
            ],
        },
    }
]
COTTON_DIR = "components"

# --- database ---------------------------------------------------------------------------------------------------------
DATABASES = {"default": env.db("DATABASE_URL", default=f"sqlite:///{GONGYI_DATA / 'gongyi.sqlite3'}")}
_db = DATABASES["default"]
if _db["ENGINE"].endswith("sqlite3"):
    _db["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; PRAGMA secure_delete=ON;",
    }
_db["CONN_MAX_AGE"] = None
_db["CONN_HEALTH_CHECKS"] = not _db["ENGINE"].endswith("sqlite3")
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "django_cache",
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    }
}

# --- people sign in ---------------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "people.Account"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("username", "name")},
    },
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
    {"NAME": "gongyi.people.adapter.LocalWordsValidator"},
]
if TESTING:
    PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
LOGIN_URL = "/accounts/login/"
LOGIN_REDIRECT_URL = "/today/"
RESIDENT_LOGIN_URL = "/portal/mine/in/"
LOGOUT_REDIRECT_URL = "/portal/"
ACCOUNT_ADAPTER = "gongyi.people.adapter.AccountAdapter"
MFA_ADAPTER = "gongyi.people.adapter.MfaAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_REDIRECT_URL = "/portal/"
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_PREVENT_ENUMERATION = True
# "login_failed" counts wrong one-time codes; wrong passwords are counted by axes, see below
ACCOUNT_RATE_LIMITS = {"login": "60/m/ip", "login_failed": "5/300s/key"}
ACCOUNT_USER_MODEL_EMAIL_FIELD = None
ACCOUNT_USER_DISPLAY = "gongyi.people.adapter.display"
ALLAUTH_USER_CODE_FORMAT = {"numeric": True}
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "Gongyi"
ACCOUNT_FORMS = {"login": "gongyi.people.adapter.SignInForm"}
MFA_FORMS = {
    "activate_totp": "gongyi.people.adapter.ActivateForm",
    "authenticate": "gongyi.people.adapter.SecondStepForm",
}
USERSESSIONS_TRACK_ACTIVITY = False
AXES_FAILURE_LIMIT = 10
AXES_COOLOFF_TIME = 0.25  # hours; a stranger can slow an account down, never lock it for good
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False  # or a stranger who goes on trying would keep it locked
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_LOCKOUT_CALLABLE = "gongyi.people.adapter.locked_out"
AXES_USERNAME_CALLABLE = "gongyi.people.adapter.typed_name"
AXES_DISABLE_ACCESS_LOG = True
AXES_RESET_ON_SUCCESS = True
AXES_ENABLED = not TESTING
SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_AGE = 12 * 3600
SESSION_IDLE = 30 * 60
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
if GONGYI_HTTPS:
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-session", "__Host-csrf"
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")  # the proxy that speaks HTTPS says so
    SECURE_HSTS_SECONDS, SECURE_HSTS_INCLUDE_SUBDOMAINS = 365 * 24 * 3600, True
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    }
}
CSRF_FAILURE_VIEW = "gongyi.core.http.csrf_failure"

# --- language and time ------------------------------------------------------------------------------------------------
LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", _("简体中文")), ("en", "English")]
LOCALE_PATHS = [BASE / "gongyi" / "locale"]
USE_I18N = True
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True
USE_THOUSAND_SEPARATOR = False

# --- files ------------------------------------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE / "gongyi" / "static"]
STATIC_ROOT = GONGYI_DATA / "static"
_storage = (
    "django.contrib.staticfiles.storage.StaticFilesStorage"
    if TESTING or DEBUG
    else "whitenoise.storage.CompressedManifestStaticFilesStorage"
)
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},  # uploads go through core.attachments only
    "staticfiles": {"BACKEND": _storage},
}
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = TESTING or DEBUG
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 500
FILE_UPLOAD_HANDLERS = [
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "gongyi.core.http.NamelessUpload",
]

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"err": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["err"], "level": "WARNING"},
    "loggers": {"django.request": {"level": "ERROR"}},  # a 404 would write what somebody typed into the log
}
SILENCED_SYSTEM_CHECKS = ["templates.W003"]  # i18n is core/templatetags/i18n.py, which builds on Django's
