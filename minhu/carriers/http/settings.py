"""A texting service with an HTTP interface of its own, described by settings alone."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

from minhu.carriers.errors import WrongSetting
from minhu.carriers.http.recipe import Digest, DigestForm, check_placeholders, check_time_form, uses
from minhu.carriers.http.wire import check_url

ABOUT_THE_TEXT = ("id", "sender", "recipient", "body", "template", "variables", "values")
ABOUT_US = ("user", "password", "secret", "signature", "time", "nonce")
IN_A_REQUEST = (*ABOUT_THE_TEXT, *ABOUT_US)
IN_A_CALL = ("raw", "time", "secret", "sorted", "user")


class Method(StrEnum):
    """How texts are handed over."""

    POST = "POST"
    GET = "GET"


class Encoding(StrEnum):
    """How the fields of a POST are written."""

    FORM = "form"
    JSON = "json"


class Auth(StrEnum):
    """What stands in the Authorization header. BEARER: the secret."""

    NONE = "none"
    BASIC = "basic"
    BEARER = "bearer"


class AnswerForm(StrEnum):
    """TEXT: words between commas, bars, colons, semicolons or spaces; their paths are 0, 1, 2 …"""

    JSON = "json"
    TEXT = "text"


class NumberForm(StrEnum):
    """How numbers of China are written: +8613900000001, 8613900000001 or 13900000001."""

    E164 = "e164"
    DIGITS = "digits"
    NATIONAL = "national"


@dataclass(frozen=True, slots=True)
class HttpSettings:
    """The request, the answer, and what the service calls us with. Paths are as in ``recipe.at``.

    fields: of the request, with placeholders (IN_A_REQUEST, and {sign}). sign_over: what the signature is made over;
    may also use {sorted}, the fields without those that hold the signature.
    ok_path, ok_values: where the answer says that the text was taken. id_path: its id there. code_path: why it was not;
    as ok_path unless given. retryable: codes for "later". down: codes for "not you, not now" (balance, credentials):
    nothing was sent, and others go first.
    hook_items: list in what the service calls us with; "" for all of it. in_…: of a citizen's text. receipt_…: of a
    receipt; an item with a receipt_status is one. receipt_id may be the service's id or ours.
    hook_sign_at, hook_time_at: header:NAME or field:PATH of its signature and time. hook_answer: what it wants to hear.
    Raises: WrongSetting.
    """

    url: str
    fields: dict[str, Any]
    method: Method = Method.POST
    encoding: Encoding = Encoding.FORM
    headers: dict[str, Any] = field(default_factory=dict)
    auth: Auth = Auth.NONE
    user: str = ""
    password: str = field(default="", repr=False)
    secret: str = field(default="", repr=False)
    signature: str = ""
    number_form: NumberForm = NumberForm.NATIONAL
    time_form: str = "unix"
    sign: Digest = Digest.NONE
    sign_form: DigestForm = DigestForm.HEX
    sign_over: str = ""
    answer_form: AnswerForm = AnswerForm.JSON
    ok_path: str = "code"
    ok_values: tuple[str, ...] = ("0",)
    id_path: str = ""
    code_path: str = ""
    retryable: tuple[str, ...] = ()
    down: tuple[str, ...] = ()
    templates_only: bool = False
    max_variable: int = 0
    cold_inbound: bool = True
    hook_items: str = ""
    in_sender: str = ""
    in_recipient: str = ""
    in_body: str = ""
    in_id: str = ""
    in_time: str = ""
    in_time_form: str = "%Y-%m-%d %H:%M:%S"
    in_part_reference: str = ""
    in_part_number: str = ""
    in_part_total: str = ""
    receipt_id: str = ""
    receipt_status: str = ""
    receipt_delivered: tuple[str, ...] = ()
    receipt_pending: tuple[str, ...] = ()
    receipt_code: str = ""
    hook_sign: Digest = Digest.NONE
    hook_sign_form: DigestForm = DigestForm.HEX
    hook_sign_over: str = ""
    hook_sign_at: str = ""
    hook_time_at: str = ""
    hook_time_form: str = "unix"
    hook_answer: str = "ok"
    tls_authority: str = ""
    connect_seconds: float = 5.0
    answer_seconds: float = 30.0
    probe_seconds: float = 30.0

    def __post_init__(self) -> None:
        check_url("url", self.url)
        if self.tls_authority and not Path(self.tls_authority).is_file():
            raise WrongSetting("tls_authority", f"is not a file: {self.tls_authority}")
        self._check_request()
        self._check_answer()
        self._check_hook()

    def _check_request(self) -> None:
        check_placeholders("fields", self.fields, (*IN_A_REQUEST, "sign"))
        check_placeholders("headers", self.headers, (*IN_A_REQUEST, "sign"))
        check_placeholders("sign_over", self.sign_over, (*IN_A_REQUEST, "sorted"))
        check_time_form("time_form", self.time_form)
        says = "template" if self.templates_only else "body"
        if not uses(self.fields, says):
            raise WrongSetting("fields", f"must say where the words go: {{{says}}}")
        if not uses(self.fields, "recipient"):
            raise WrongSetting("fields", "must say where the number goes: {recipient}")
        if (self.sign is not Digest.NONE) != bool(self.sign_over):
            raise WrongSetting("sign_over", "and SIGN belong together: what is signed, and how")
        if uses([self.fields, self.headers], "sign") != (self.sign is not Digest.NONE):
            raise WrongSetting("sign", "and the placeholder {sign} belong together")
        if self.auth is Auth.BASIC and not (self.user and self.password):
            raise WrongSetting("auth", "is basic, which needs user and password")
        if self.auth is Auth.BEARER and not self.secret:
            raise WrongSetting("auth", "is bearer, which needs the secret")

    def _check_answer(self) -> None:
        if not self.ok_path or not self.ok_values:
            raise WrongSetting("ok_path", "and OK_VALUES must say how the service tells that it took a text")
        if both := set(self.ok_values) & {*self.retryable, *self.down} or set(self.retryable) & set(self.down):
            raise WrongSetting("retryable", f"and OK_VALUES and DOWN must differ; in two of them: {min(both)}")

    def _check_hook(self) -> None:
        check_time_form("in_time_form", self.in_time_form)
        check_time_form("hook_time_form", self.hook_time_form)
        check_placeholders("hook_sign_over", self.hook_sign_over, IN_A_CALL)
        if bool(self.in_sender) != bool(self.in_body):
            raise WrongSetting("in_sender", "and IN_BODY belong together")
        if bool(self.receipt_id) != bool(self.receipt_status) or bool(self.receipt_id) != bool(self.receipt_delivered):
            raise WrongSetting("receipt_id", "and RECEIPT_STATUS and RECEIPT_DELIVERED belong together")
        if len({bool(self.in_part_reference), bool(self.in_part_number), bool(self.in_part_total)}) > 1:
            raise WrongSetting("in_part_reference", "and IN_PART_NUMBER and IN_PART_TOTAL belong together")
        signed = self.hook_sign is not Digest.NONE
        if signed != bool(self.hook_sign_over) or signed != bool(self.hook_sign_at):
            raise WrongSetting("hook_sign", "and HOOK_SIGN_OVER and HOOK_SIGN_AT belong together")
        for name in ("hook_sign_at", "hook_time_at"):
            place = getattr(self, name)
            if place and not (place.startswith(("header:", "field:")) and place.partition(":")[2]):
                raise WrongSetting(name, "must be header:NAME or field:PATH")
        if uses(self.hook_sign_over, "time") and not self.hook_time_at:
            raise WrongSetting("hook_time_at", "is missing: the signature is made over {time}")
