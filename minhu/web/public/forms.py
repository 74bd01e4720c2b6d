"""The form by which a matter is sent without an account."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterable

from django import forms
from django.forms.utils import ErrorDict
from django.utils.translation import gettext_lazy as _

from minhu.intake.web_form import WebForm
from minhu.rules.errors import Refusal
from minhu.rules.numbers import normalise
from minhu.rules.texts import MAX_BODY
from minhu.rules.words import CaseKind
from minhu.web import words

_KEY = re.compile(r"[0-9a-f]{32}")
SHORTEST_BODY = 4
_ID = re.compile(r"[1-9]\d{0,17}")
_ABOUT_SOMEBODY = frozenset({CaseKind.COMPLAINT, CaseKind.REPORT})


def fresh_key() -> str:
    """The form's own idempotency key: sent twice, it is stored once."""
    return uuid.uuid4().hex


def _kinds() -> list[tuple[str, str]]:
    """In the reader's language, so asked for at each request."""
    return [(kind.value, words.label(kind)) for kind in CaseKind]


class MatterForm(forms.Form):
    """Whom, what kind, what, where, phone, consent. ``website`` is a trap: people never see it."""

    use_required_attribute = False

    key = forms.CharField(widget=forms.HiddenInput)
    line = forms.IntegerField(label=_("写给谁"), required=False, widget=forms.Select)
    kind = forms.ChoiceField(
        choices=_kinds, label=_("这是"), widget=forms.RadioSelect, error_messages={"required": _("请选一个类别。")}
    )
    about = forms.CharField(
        label=_("反映的是谁"),
        help_text=_("投诉、举报才填。您选的单位、领导和他们的下属看不到这件事，也不会转给他们办。"),
        required=False,
        widget=forms.Select,
    )
    body = forms.CharField(
        label=_("什么事"),
        help_text=_("什么时间、什么地点、出了什么问题、希望怎么办。"),
        max_length=MAX_BODY,
        min_length=SHORTEST_BODY,
        widget=forms.Textarea(attrs={"rows": 5}),
        error_messages={
            "required": _("请写明是什么事。"),
            "min_length": _("请多写几个字，让人看得明白。"),
            "max_length": _("最多 %(limit_value)d 字，现在有 %(show_value)d 字；请删减，或者先写要点。"),
        },
    )
    place = forms.CharField(
        label=_("在哪里"),
        help_text=_("县区、乡镇或街道、小区或村、门牌。"),
        required=False,
        max_length=120,
        error_messages={"max_length": _("地点最多 120 字。")},
    )
    phone = forms.CharField(
        label=_("您的电话"),
        help_text=_("用来联系您，加密保存，页面上不显示；座机请带区号。不留电话的，只能凭查询码看答复。"),
        required=False,
        max_length=30,
        error_messages={"max_length": _("号码太长，请检查。")},
    )
    name = forms.CharField(
        label=_("怎么称呼您"), required=False, max_length=40, error_messages={"max_length": _("称呼最多 40 字。")}
    )
    confidential = forms.BooleanField(
        label=_("请为我保密"),
        help_text=_("只有您写给的领导和指定的人看得到；被反映的单位和个人看不到，也不会转给他们办。"),
        required=False,
    )
    consent = forms.BooleanField(
        label=_("同意为办理这件事使用我的信息。"),
        error_messages={"required": _("需要您同意，才能收下。")},
    )
    website = forms.CharField(label=_("请留空"), required=False)

    def _tie(self) -> None:
        autocomplete = {"phone": "tel", "name": "name", "place": "street-address", "body": "off"}
        for name in ("line", "about", "body", "place", "phone", "name"):
            attributes = self.fields[name].widget.attrs
            attributes["class"] = "input"
            attributes["autocomplete"] = autocomplete.get(name, "off")
            notes = [f"id_{name}-hint"] if self.fields[name].help_text else []
            if self.is_bound and name in self.errors:
                attributes["aria-invalid"] = "true"
                notes.append(f"id_{name}-fault")
            if notes:
                attributes["aria-describedby"] = " ".join(notes)
        self.fields["phone"].widget.input_type = "tel"
        self.fields["phone"].widget.attrs["inputmode"] = "tel"
        self.fields["website"].widget.attrs |= {"tabindex": "-1", "autocomplete": "off"}

    def clean_key(self) -> str:
        key: str = self.cleaned_data["key"]
        if not _KEY.fullmatch(key):
            raise forms.ValidationError(_("页面不完整，请刷新后再提交。"))
        return key

    def clean_phone(self) -> str:
        """E.164, or "" when none was left."""
        typed: str = self.cleaned_data["phone"].strip()
        try:
            return normalise(typed) if typed else ""
        except Refusal as refusal:
            raise forms.ValidationError(refusal.shown) from None

    def clean_body(self) -> str:
        """Counted without the spaces around it."""
        body: str = self.cleaned_data["body"].strip()
        return body

    def clean_about(self) -> tuple[int | None, int | None]:
        """The office and the official it is about, of which at most one."""
        typed: str = self.cleaned_data["about"].strip()
        match typed.partition(":"):
            case ("", _colon, ""):
                return None, None
            case ("office", _colon, chosen) if _ID.fullmatch(chosen):
                return int(chosen), None
            case ("official", _colon, chosen) if _ID.fullmatch(chosen):
                return None, int(chosen)
        raise forms.ValidationError(_("请从名单里选被反映的单位或领导干部。"))

    def dress(self, lines: Iterable[tuple[int, str]], about: Iterable[tuple[str, list[tuple[str, str]]]]) -> None:
        """For showing: whom one can write to and complain about; hints and faults tied to fields.

        A form only checked needs none.
        """
        self._tie()
        self.fields["about"].widget.choices = [("", _("不针对谁，或者不确定")), *about]
        self.fields["line"].widget.choices = [("", _("不确定，由工作人员转给负责的领导")), *lines]

    def message(self) -> WebForm:
        """What was typed, for the action. Only after ``is_valid``."""
        typed = self.cleaned_data
        about = typed["about"] if typed["kind"] in _ABOUT_SOMEBODY else (None, None)
        return WebForm(
            key=typed["key"],
            body=typed["body"],
            kind=typed["kind"],
            line_id=typed["line"],
            number=typed["phone"],
            name=typed["name"],
            place=typed["place"],
            confidential=typed["confidential"],
            about_office_id=about[0],
            about_official_id=about[1],
        )

    def clean_kind(self) -> CaseKind:
        return CaseKind(self.cleaned_data["kind"])

    @property
    def trapped(self) -> bool:
        """Whether a machine filled in what people never see."""
        return bool(self.data.get("website"))


class _Shared(dict[str, forms.Field]):
    """Fields that forms have in common: Django copies a form's fields, which costs more than checking them."""

    def __deepcopy__(self, memo: dict[int, object]) -> _Shared:
        return self


class MatterCheck(MatterForm):
    """The same rules, for checking only: it is never shown, so it needs no words and no fields of its own."""

    kind = forms.ChoiceField(choices=[(kind.value, kind.value) for kind in CaseKind])

    def full_clean(self) -> None:
        """As Django's, without what only a form that is shown has."""
        self._errors = ErrorDict()
        self.cleaned_data = {}
        for name, field in self.fields.items():
            try:
                self.cleaned_data[name] = field.clean(field.widget.value_from_datadict(self.data, self.files, name))
                if own := getattr(self, f"clean_{name}", None):
                    self.cleaned_data[name] = own()
            except forms.ValidationError as fault:
                self.add_error(name, fault)


MatterCheck.base_fields = _Shared(MatterCheck.base_fields)  # not in the class, where Django puts a dict of its own
