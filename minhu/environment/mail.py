"""Reads the mail server of the weekly digest; without a host no mail goes out."""

from __future__ import annotations

from typing import NamedTuple

from minhu.environment import BadSetting, Environment


class Mail(NamedTuple):
    """In the order in which the settings take it apart. timeout: seconds."""

    host: str
    port: int
    user: str
    password: str
    use_tls: bool
    use_ssl: bool
    sender: str
    timeout: int = 20


def mail(env: Environment) -> Mail:
    """Django's usual names. Raises: BadSetting."""
    found = Mail(
        host=env.text("EMAIL_HOST", ""),
        port=env.whole("EMAIL_PORT", 25, low=1, high=65_535),
        user=env.text("EMAIL_HOST_USER", ""),
        password=env.text("EMAIL_HOST_PASSWORD", ""),
        use_tls=env.flag("EMAIL_USE_TLS", default=False),
        use_ssl=env.flag("EMAIL_USE_SSL", default=False),
        sender=env.text("DEFAULT_FROM_EMAIL", ""),
    )
    if found.use_tls and found.use_ssl:
        raise BadSetting(
            "EMAIL_USE_SSL", "cannot be set together with EMAIL_USE_TLS; most servers want TLS on port 587"
        )
    if found.host and "@" not in found.sender:
        raise BadSetting("DEFAULT_FROM_EMAIL", "must be the address that mails come from, since EMAIL_HOST is set")
    return found
