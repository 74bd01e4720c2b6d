"""Numbers and voices of citizens are not readable in the database or on disk."""

from __future__ import annotations

import hashlib
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytest_django.fixtures import Settings

from minhu.audit import privacy

NUMBER = "+8613900000021"


def test_a_sealed_number_cannot_be_read_and_can_be_opened() -> None:
    blob = privacy.seal(NUMBER)

    assert b"139" not in blob
    assert privacy.unseal(memoryview(blob)) == NUMBER


def test_two_seals_of_one_number_cannot_be_told_to_be_one() -> None:
    assert privacy.seal(NUMBER) != privacy.seal(NUMBER)


def test_a_number_is_found_by_its_keyed_hash(settings: Settings) -> None:
    before = privacy.lookup_key(NUMBER)
    assert privacy.lookup_key(NUMBER) == before
    settings.LOOKUP_KEY = b"k" * 32
    assert privacy.lookup_key(NUMBER) != before


def test_after_a_new_key_old_values_still_open(settings: Settings) -> None:
    settings.FIELD_KEYS = {"old": b"o" * 32}
    blob = privacy.seal(NUMBER)

    settings.FIELD_KEYS = {"new": b"n" * 32, "old": b"o" * 32}

    assert privacy.unseal(blob) == NUMBER
    assert privacy.needs_new_key(blob)
    assert not privacy.needs_new_key(privacy.seal(NUMBER))


def test_a_value_whose_key_is_gone_says_so(settings: Settings) -> None:
    blob = privacy.seal(NUMBER)
    settings.FIELD_KEYS = {"new": b"n" * 32}
    with pytest.raises(privacy.PrivacyError, match="not among"):
        privacy.unseal(blob)


@given(st.integers(min_value=0, max_value=60), st.integers(min_value=1, max_value=255))
def test_a_damaged_value_does_not_open(place: int, change: int) -> None:
    blob = bytearray(privacy.seal(NUMBER))
    blob[place % len(blob)] ^= change
    with pytest.raises(privacy.PrivacyError):
        privacy.unseal(bytes(blob))


@pytest.mark.parametrize("size", [0, 1, 65536, 65537, 200_000])
def test_a_recording_opens_as_it_was(size: int) -> None:
    voice = bytes(range(256)) * (size // 256 + 1)
    sealed = io.BytesIO()

    digest = privacy.seal_file(io.BytesIO(voice[:size]), sealed)

    sealed.seek(0)
    assert b"".join(privacy.unseal_file(sealed)) == voice[:size]
    assert digest == hashlib.sha256(voice[:size]).digest()


@pytest.mark.parametrize("cut", [0, 1, 20, 70_000, 65_600])
def test_a_recording_cut_short_does_not_open(cut: int) -> None:
    sealed = io.BytesIO()
    privacy.seal_file(io.BytesIO(b"v" * 100_000), sealed)
    with pytest.raises(privacy.PrivacyError):
        b"".join(privacy.unseal_file(io.BytesIO(sealed.getvalue()[:cut])))
