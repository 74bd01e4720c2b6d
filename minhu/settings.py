"""Every setting, typed, from the environment (and from a ``.env`` file where the process starts, if there is one).

Production is asked for by name (``MINHU_MODE=production``) and then invents nothing: what it needs and does not find
stops it with one clear line. The other modes make their own keys and keep them in the data folder. ``.env.example``
lists every variable.
"""

from __future__ import annotations

import base64
import binascii
import os
import secrets
import socket
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

import structlog

from minhu.carriers.kinds import GatewaySettings
from minhu.carriers.smpp import BadSmppSetting, BindMode, ReceiptIds, SmppSettings
from minhu.environment import BadSetting, Environment, database, keep_secret, read_file
from minhu.environment.dictation import Dictation
from minhu.environment.gateways import channel_of, gateways
from minhu.environment.insight import insight
from minhu.environment.keeping import keeping
from minhu.environment.ladder import ladder
from minhu.environment.mail import mail
from minhu.rules.gateways import Channel
from minhu.rules.routing import Policy
from minhu.rules.words import Embeddings

BASE_DIR = Path(__file__).resolve().parent
read_file(Path(os.environ.get("MINHU_ENV_FILE", ".env")), os.environ)
env = Environment(os.environ)


# --- what kind of run this is -----------------------------------------------------------------------------------------


class Mode(StrEnum):
    """What this installation is for."""

    PRODUCTION = "production"
    DEMO = "demo"
    DEVELOPMENT = "development"
    TEST = "test"


MODE = env.one_of("MINHU_MODE", Mode, Mode.DEVELOPMENT)
PRODUCTION = MODE is Mode.PRODUCTION
DEBUG = env.flag("MINHU_DEBUG", default=False)
if PRODUCTION and DEBUG:
    raise BadSetting("MINHU_DEBUG", "shows secrets on error pages and must be 0 in production")

DATA_DIR = env.folder("MINHU_DATA", Path("var"))
"""Everything this installation keeps in files: the SQLite database, recordings, spool."""

os.environ.setdefault("NUMBA_CACHE_DIR", str(DATA_DIR / "compiled"))  # where the planner's inner loops are kept

RECORDINGS_DIR = env.folder("MINHU_RECORDINGS", DATA_DIR / "recordings")
ATTACHMENTS_DIR = env.folder("MINHU_ATTACHMENTS", DATA_DIR / "attachments")
SPOOL_DIR = env.folder("MINHU_SPOOL", DATA_DIR / "spool")
"""The switch's local journal while the database is away. Must be on a disk of the same machine."""


def _secret(name: str, fresh: str) -> str:
    """A secret that production must be given, and that other modes make once and keep."""
    if PRODUCTION or env.text(name, ""):
        return env.text(name)
    return keep_secret(DATA_DIR, name, fresh)


# --- secrets ----------------------------------------------------------------------------------------------------------

KEY_BYTES = 32


def _key(name: str, encoded: str) -> bytes:
    try:
        key = base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        raise BadSetting(name, "is not valid base64") from None
    if len(key) != KEY_BYTES:
        raise BadSetting(name, f"must be {KEY_BYTES} bytes in base64 (openssl rand -base64 32), not {len(key)}")
    return key


def _keys(name: str, value: str) -> dict[str, bytes]:
    keys: dict[str, bytes] = {}
    for entry in value.split(","):
        key_id, colon, encoded = entry.strip().partition(":")
        if not colon or not key_id.isalnum() or key_id in keys:
            raise BadSetting(name, "must read id:base64key,id2:base64key with different ids of letters and digits")
        keys[key_id] = _key(name, encoded)
    return keys


SECRET_KEY = _secret("MINHU_SECRET_KEY", secrets.token_urlsafe(48))
SECRET_KEY_FALLBACKS = list(env.words("MINHU_SECRET_KEY_FALLBACKS"))

FIELD_KEYS = _keys("MINHU_KEYS", _secret("MINHU_KEYS", "k1:" + base64.b64encode(secrets.token_bytes(32)).decode()))
"""Field-encryption keys by id. The first is used for new values; the others still open old ones."""

LOOKUP_KEY = _key("MINHU_LOOKUP_KEY", _secret("MINHU_LOOKUP_KEY", base64.b64encode(secrets.token_bytes(32)).decode()))
"""Key of the hash by which a citizen is found. It cannot be rotated without re-hashing every citizen."""


_fresh = "" if PRODUCTION else base64.b64encode(secrets.token_bytes(32)).decode()
_push = _secret("MINHU_PUSH_KEY", _fresh) if _fresh else env.text("MINHU_PUSH_KEY", "")
PUSH_KEY = _key("MINHU_PUSH_KEY", _push) if _push else b""
"""By which push services know us, for alerts on officials' phones; empty: alerts go by text message only."""

PUSH_INSIDE = MODE is Mode.TEST
"""Whether a push service may be on this machine or in the house, by plain http: in tests only."""


# --- parts and pages --------------------------------------------------------------------------------------------------

INSTALLED_APPS = [
    "minhu.audit",
    "minhu.directory",
    "minhu.intake",
    "minhu.cases",
    "minhu.supervision",
    "minhu.insight",
    "minhu.planner",
    "minhu.switch",
    "minhu.web",
    "minhu.ops",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.sessions",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "csp",
    "django_htmx",
]
MIDDLEWARE = [
    "minhu.web.figures.FiguresMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "minhu.web.compress.PublicGZipMiddleware",
    "minhu.web.policy.PolicyMiddleware",
    "django_permissions_policy.PermissionsPolicyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "minhu.web.modes.ModesMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "minhu.web.refusals.RefusalMiddleware",
]
ROOT_URLCONF = "minhu.urls"
ASGI_APPLICATION = "minhu.asgi.application"
WSGI_APPLICATION = "minhu.wsgi.application"
TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "web" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "minhu.web.modes.context",
            ],
        },
    },
]
PUBLIC_ADDRESS = env.text("MINHU_PUBLIC_ADDRESS", "http://127.0.0.1:8000").rstrip("/")
"""The address citizens see, for links in texts and on printed pages. No slash at the end."""

WEB_PROCESSES = env.whole("MINHU_WEB_PROCESSES", min(os.cpu_count() or 1, 4), low=1, high=64)
"""How many processes ``minhu web`` and ``minhu serve`` serve the pages from."""

METRICS_TOKEN = env.text("MINHU_METRICS_TOKEN", "" if PRODUCTION else "local")
"""The bearer token Prometheus shows at /metrics; empty closes the page."""

INSIGHT = insight(env)
DICTATION = env.one_of("MINHU_DICTATION", Dictation, Dictation.DEVICE)


# --- data -------------------------------------------------------------------------------------------------------------

DATABASES = {
    "default": database(
        "DATABASE_URL",
        env.text("DATABASE_URL", f"sqlite:///{DATA_DIR / 'minhu.sqlite3'}"),
        # Under ASGI a request may land on any thread, so that connections kept by thread are opened over and over: the
        # web process asks for a pool; the switch and jobs have a few steady threads and need none.
        pool_size=env.whole("MINHU_DB_POOL", 0, high=1000),
    )
}
if "sqlite" in str(DATABASES["default"]["ENGINE"]):
    Path(str(DATABASES["default"]["NAME"])).parent.mkdir(parents=True, exist_ok=True)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

CACHES: dict[str, dict[str, Any]] = {
    "default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
    if MODE is Mode.TEST
    else {  # sign-in attempts are counted here, over all processes of this machine
        "BACKEND": "django.core.cache.backends.filebased.FileBasedCache",
        "LOCATION": DATA_DIR / "cache",
        "OPTIONS": {"MAX_ENTRIES": 10_000},
    }
}

STATIC_URL = "static/"
STATIC_ROOT = env.folder("MINHU_STATIC", DATA_DIR / "static")
MEDIA_ROOT = env.folder("MINHU_MEDIA", DATA_DIR / "media")
MEDIA_URL = "media/"
_STATIC_STORAGE = (
    "whitenoise.storage.CompressedManifestStaticFilesStorage"
    if PRODUCTION
    else "django.contrib.staticfiles.storage.StaticFilesStorage"
)
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": _STATIC_STORAGE},
    "recordings": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": RECORDINGS_DIR, "file_permissions_mode": 0o600},
    },
    "attachments": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": ATTACHMENTS_DIR, "file_permissions_mode": 0o600},
    },
}
WHITENOISE_USE_FINDERS = not PRODUCTION  # nothing to collect before a demo
if not PRODUCTION:
    STATIC_ROOT.mkdir(parents=True, exist_ok=True)
WHITENOISE_AUTOREFRESH = DEBUG
WHITENOISE_MANIFEST_STRICT = True


# --- language and time ------------------------------------------------------------------------------------------------

LANGUAGE_CODE = "zh-hans"
LOCALE_PATHS = [BASE_DIR / "locale"]
LANGUAGES = [("zh-hans", "简体中文")]
if (BASE_DIR / "locale" / "en").is_dir():  # half-English pages are worse than Chinese ones
    LANGUAGES.append(("en", "English"))
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Shanghai"
"""Legal days, and what pages show. The database holds UTC."""


# --- who may come in --------------------------------------------------------------------------------------------------

AUTH_USER_MODEL = "directory.Account"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
if MODE is Mode.TEST:
    PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/console/"
ACCOUNT_ADAPTER = "minhu.web.accounts.ClosedAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_REDIRECT_URL = "/"
ACCOUNT_SESSION_REMEMBER = False
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes", "webauthn"]
MFA_TOTP_ISSUER = "Minhu"
SESSION_COOKIE_AGE = 12 * 3600  # seconds: one working day
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "minhu.web.errors.csrf_failure"

ALLOWED_HOSTS = list(
    env.words("MINHU_HOSTS")
    or {Mode.PRODUCTION: (), Mode.DEMO: ("*",)}.get(MODE, ("localhost", "127.0.0.1", "[::1]", "testserver"))
)
if PRODUCTION and not ALLOWED_HOSTS:
    raise BadSetting("MINHU_HOSTS", "is not set; name the hosts this site answers for, separated by commas")
CSRF_TRUSTED_ORIGINS = list(env.words("MINHU_TRUSTED_ORIGINS"))

_HTTPS = env.flag("MINHU_HTTPS", default=PRODUCTION)
"""Whether citizens reach the site by HTTPS (a proxy in front ends TLS and sets X-Forwarded-Proto)."""

SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = _HTTPS
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^metrics$"]
SECURE_HSTS_SECONDS = env.whole("MINHU_HSTS_SECONDS", 31_536_000 if _HTTPS else 0)
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = False  # the city's other sites are not ours to decide on
SECURE_PROXY_SSL_HEADER = (
    ("HTTP_X_FORWARDED_PROTO", "https") if env.flag("MINHU_BEHIND_PROXY", default=_HTTPS) else None
)
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY: dict[str, Any] = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "media-src": ["'self'"],
        "object-src": ["'none'"],
        "base-uri": ["'none'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
    }
}
PERMISSIONS_POLICY: dict[str, list[str]] = {
    feature: []
    for feature in ("accelerometer", "camera", "display-capture", "geolocation", "gyroscope", "midi", "payment", "usb")
} | {"microphone": ["self"]}  # a note may be dictated
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024  # without files
DATA_UPLOAD_MAX_NUMBER_FIELDS = 500


# --- the telephone line and texting -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class SipSettings:
    """The SIP trunk.

    listen: addresses we take calls on, such as ``udp:0.0.0.0:5060``, ``tls:0.0.0.0:5061``.
    trunks: addresses (or networks, CIDR) calls may come from; anything else gets no answer.
    trunk: where our own calls go, ``udp:host:port``; empty means none. user, password: digest credentials, if any.
    address: what we write in Contact and SDP (public address behind NAT); empty: found by itself.
    rtp_low, rtp_high: media ports, both included.
    """

    listen: tuple[str, ...]
    trunks: tuple[str, ...]
    trunk: str
    user: str
    password: str
    address: str
    rtp_low: int
    rtp_high: int
    certificate: str
    private_key: str


SIP = SipSettings(
    listen=env.words("SIP_LISTEN", ("udp:127.0.0.1:5060", "tcp:127.0.0.1:5060")),
    trunks=env.words("SIP_TRUNKS", ("127.0.0.1",)),
    trunk=env.text("SIP_TRUNK", ""),
    user=env.text("SIP_USER", ""),
    password=env.text("SIP_PASSWORD", ""),
    address=env.text("SIP_ADDRESS", ""),
    rtp_low=env.port("SIP_RTP_LOW", 16_384),
    rtp_high=env.port("SIP_RTP_HIGH", 20_383),
    certificate=env.text("SIP_CERTIFICATE", ""),
    private_key=env.text("SIP_PRIVATE_KEY", ""),
)
if SIP.rtp_high <= SIP.rtp_low:
    raise BadSetting("SIP_RTP_HIGH", f"must be greater than SIP_RTP_LOW ({SIP.rtp_low})")


CALL_POLICY = Policy(
    official_ring_seconds=env.whole("MINHU_OFFICIAL_RING_SECONDS", 20, low=1, high=60),
    staff_ring_seconds=env.whole("MINHU_STAFF_RING_SECONDS", 20, low=1, high=60),
    hold_seconds=env.whole("MINHU_HOLD_SECONDS", 60, high=300),
    message_seconds=env.whole("MINHU_MESSAGE_SECONDS", 120, low=10, high=600),
    silence_seconds=env.whole("MINHU_MESSAGE_SILENCE_SECONDS", 5, low=1, high=30),
)
"""How long each step of a call plan lasts (rules.routing)."""

SWITCH_NODE = env.text("MINHU_NODE", socket.gethostname())[:40]
"""What this switch calls itself. Must stay the same over restarts: by it, it finds the calls it had when it died."""

SWITCH_DRAIN_SECONDS = env.whole("MINHU_DRAIN_SECONDS", 15, high=3600)
"""How long calls may go on after the switch was told to stop; then they are hung up, with a promise."""

ORDERED_CALLS = env.whole("MINHU_ORDERED_CALLS", 8, low=1, high=200)
"""Most calls to citizens that one switch has under way on its trunk at once, so that those who ring find it free."""

CHECK_NUMBERS = env.mobiles("MINHU_CHECK_NUMBERS")
"""Mobile numbers that inspectors check lines from: telephones in their hands, that the trunk may show."""

CHECKS_A_DAY = env.whole("MINHU_CHECKS_A_DAY", 4, low=1, high=10_000)
"""How many lines are drawn a working day, at least; more where the quarter would end before all were."""


KEEPING = keeping(env)  # how long what citizens told is kept (rules.keeping)
LADDER = ladder(env)
"""How many failed checks and true complaints within how many days lead to which step (rules.ladder)."""

INSIGHT_EMBEDDINGS = env.one_of("MINHU_INSIGHT_EMBEDDINGS", Embeddings, Embeddings.NONE)
INSIGHT_JOIN_FROM = env.share("MINHU_INSIGHT_JOIN_FROM")
"""From which likeness on a rule joins two cases of one matter; None: people join them (insight.duplicating)."""

SWITCH_METRICS_PORT = env.port("MINHU_SWITCH_METRICS_PORT", 0)
"""Loopback port of the switch's own Prometheus page; 0 means none."""


def _smpp() -> SmppSettings | None:
    """The one SMPP 3.4 gateway; None without a host. Numbers are read all the same, so that a wrong one is told."""
    host = env.text("SMPP_HOST", "")
    given: dict[str, Any] = {
        "port": env.port("SMPP_PORT", 2775),
        "system_id": env.text("SMPP_SYSTEM_ID", ""),
        "password": env.text("SMPP_PASSWORD", ""),
        "system_type": env.text("SMPP_SYSTEM_TYPE", ""),
        "mode": env.one_of("SMPP_MODE", BindMode, BindMode.TRANSCEIVER),
        "window": env.whole("SMPP_WINDOW", 10, low=1, high=1000),
        "response_seconds": float(env.whole("SMPP_RESPONSE_SECONDS", 30, low=1, high=600)),
        "enquire_seconds": float(env.whole("SMPP_ENQUIRE_SECONDS", 30, low=1, high=3600)),
        "receipt_ids": env.one_of("SMPP_RECEIPT_IDS", ReceiptIds, ReceiptIds.SAME),
        "tls": env.flag("SMPP_TLS", default=False),
        "tls_authority": env.text("SMPP_TLS_AUTHORITY", ""),
    }
    try:
        return SmppSettings(host, **given) if host else None
    except BadSmppSetting as wrong:
        raise BadSetting(f"SMPP_{wrong.name.upper()}", wrong.cure) from None


SMPP = _smpp()
SMPP_SENDER = env.text("SMPP_SENDER", "")
"""The number texts are sent from that belong to no line."""

GATEWAYS: tuple[GatewaySettings, ...] = gateways(env)
"""The SMS gateways, most preferred first: those of SMS_GATEWAYS, and the one of SMPP_HOST, called smpp, before them."""

if SMPP is not None:
    if any(one.name == "smpp" for one in GATEWAYS):
        raise BadSetting("SMS_GATEWAYS", "names smpp, which is the gateway of SMPP_HOST; give it another name")
    GATEWAYS = (GatewaySettings("smpp", "smpp", SMPP, sender=SMPP_SENDER, window=SMPP.window), *GATEWAYS)

CHANNELS: tuple[Channel, ...] = tuple(channel_of(one) for one in GATEWAYS)
"""What the rules know of them. Empty: texts wait until there is a gateway."""

# --- mail: the weekly digest ------------------------------------------------------------------------------------------

(EMAIL_HOST, EMAIL_PORT, EMAIL_HOST_USER, EMAIL_HOST_PASSWORD, EMAIL_USE_TLS, EMAIL_USE_SSL, DEFAULT_FROM_EMAIL,
 EMAIL_TIMEOUT) = mail(env)  # fmt: skip


# --- logs and figures -------------------------------------------------------------------------------------------------


class LogStyle(StrEnum):
    """json: one object a line, for machines. console: for people."""

    JSON = "json"
    CONSOLE = "console"


LOG_STYLE = env.one_of("MINHU_LOG", LogStyle, LogStyle.JSON if PRODUCTION else LogStyle.CONSOLE)
LOG_LEVEL = env.text("MINHU_LOG_LEVEL", "INFO").upper()
if LOG_LEVEL not in {"DEBUG", "INFO", "WARNING", "ERROR"}:
    raise BadSetting("MINHU_LOG_LEVEL", f"must be DEBUG, INFO, WARNING or ERROR, not {LOG_LEVEL}")
_BEFORE_RENDER: list[structlog.typing.Processor] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.add_log_level,
    structlog.stdlib.ExtraAdder(allow=("status_code",)),
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.processors.format_exc_info,
]
LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "()": structlog.stdlib.ProcessorFormatter,
            "processor": (
                structlog.processors.JSONRenderer(ensure_ascii=False)
                if LOG_STYLE is LogStyle.JSON
                else structlog.dev.ConsoleRenderer(colors=False)
            ),
            "foreign_pre_chain": _BEFORE_RENDER,
        }
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": LOG_LEVEL},
    "loggers": {
        "django": {"handlers": [], "level": "INFO", "propagate": True},
        "django.server": {"handlers": [], "level": "INFO", "propagate": True},
        "django.request": {"level": "ERROR"},  # a 404 is a figure too, and its path may be somebody's tracking code
        # every request is a figure at /metrics and a line of the proxy; here only what went wrong
        "uvicorn.access": {"level": "WARNING"},
    },
}
structlog.configure(
    processors=[*_BEFORE_RENDER, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
    logger_factory=structlog.stdlib.LoggerFactory(),
    wrapper_class=structlog.stdlib.BoundLogger,
    cache_logger_on_first_use=MODE is not Mode.TEST,
)
