"""Who signs in, and with what roles. Accounts are opened by an operator; nobody signs up."""

from __future__ import annotations

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from minhu.audit import trail
from minhu.directory.authority import require
from minhu.directory.models import Account, Office, Official, RoleGrant
from minhu.rules.access import Viewer
from minhu.rules.errors import Refusal
from minhu.rules.words import Role


class AccountRefused(Refusal):
    """The account cannot be opened so."""

    code = "account_refused"
    words = "用户名已被使用。"


@transaction.atomic
def open_account(username: str, password: str, *, by: Viewer, shown: str, official_id: int | None = None) -> Account:
    """A person who signs in; his roles are granted apart. Raises: NotAllowed, AccountRefused."""
    require(by, Office.objects.get(pk=by.city_id))
    official = Official.objects.get(pk=official_id, city_id=by.city_id) if official_id else None
    account = Account(username=username, display_name=shown, official=official)
    try:
        validate_password(password, account)
    except ValidationError as weak:
        raise AccountRefused(" ".join(weak.messages)) from weak
    account.set_password(password)
    try:
        with transaction.atomic():
            account.save()
    except IntegrityError as taken:
        raise AccountRefused from taken
    trail.record(by, "open_account", account, official=official_id)
    return account


@transaction.atomic
def grant(account_id: int, role: Role, office_id: int, *, by: Viewer) -> RoleGrant:
    """The role for an office and all below. Raises: NotAllowed."""
    office = Office.objects.get(pk=office_id, city_id=by.city_id)
    require(by, office)
    given, created = RoleGrant.objects.get_or_create(account_id=account_id, role=role.value, office=office)
    if created:
        trail.record(by, "grant_role", given, account=account_id, role=role, office=office_id)
    return given


@transaction.atomic
def revoke(grant_id: int, *, by: Viewer, reason: str = "") -> None:
    """Take a role back. Raises: NotAllowed."""
    given = RoleGrant.objects.select_for_update().get(pk=grant_id, office__city_id=by.city_id)
    require(by, given.office)
    trail.record(by, "revoke_role", given, reason, account=given.account_id, role=given.role, office=given.office_id)
    given.delete()
