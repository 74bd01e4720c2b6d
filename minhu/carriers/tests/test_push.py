"""Web push: sealed as the standard's own example, signed, and never sent into the house."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

from minhu.carriers.errors import CarrierError
from minhu.carriers.push import post, vapid
from minhu.carriers.push.sealing import BadKeys, Keys, point_of, seal, spelled, unspelled

AT = datetime(2026, 3, 2, 2, tzinfo=UTC)
KEYS = Keys.read(
    "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4", "BTBZMqHH6r4Tts7J_aSIgg"
)
SENDER = post.Sender(vapid.key_of(bytes(range(32))), "https://minhu.example")


def test_a_message_is_sealed_as_in_the_example_of_rfc_8291() -> None:
    ours = ec.derive_private_key(
        int.from_bytes(unspelled("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"), "big"), ec.SECP256R1()
    )
    sealed = seal(
        b"When I grow up, I want to be a watermelon", KEYS, ours=ours, salt=unspelled("DGv6ra1nlYgDCS1FRnbzlw")
    )

    assert spelled(sealed) == (
        "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_y"
        "l95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
    )


def test_the_push_service_can_tell_who_sends() -> None:
    header = vapid.authorization(SENDER.key, "https://push.example", SENDER.subject, at=AT)
    token, _comma, key = header.removeprefix("vapid t=").partition(", k=")
    head, claims, signature = token.split(".")
    raw = unspelled(signature)
    public = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), unspelled(key))
    public.verify(
        encode_dss_signature(int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big")),
        f"{head}.{claims}".encode(),
        ec.ECDSA(SHA256()),
    )

    assert unspelled(key) == point_of(SENDER.key)
    assert json.loads(unspelled(claims)) == {
        "aud": "https://push.example", "exp": int((AT + vapid.HOLDS).timestamp()), "sub": "https://minhu.example"
    }  # fmt: skip


@pytest.mark.parametrize(
    "endpoint",
    [
        "http://push.example/x", "https://push.example:8443/x", "https://me:pass@push.example/", "ftp://push.example/",
        "https:///x", "https://127.0.0.1/x", "https://10.0.0.8/x", "https://169.254.169.254/latest", "https://[::1]/x",
        "https://[fd00::1]/x", "https://localhost/x", "https://[64:ff9b::a00:1]/x", "https://[2002:a00:1::]/x",
        "https://[::ffff:10.0.0.1]/x", "https://push.example:x/",
    ],
)  # fmt: skip
def test_nothing_is_sent_into_the_house_or_in_the_clear(endpoint: str) -> None:
    with pytest.raises(CarrierError) as refused:
        post.send(endpoint, KEYS, b"{}", SENDER, at=AT)

    assert refused.value.permanent


@pytest.mark.parametrize(
    "given", [("", ""), ("AAAA", "BTBZMqHH6r4Tts7J_aSIgg"), ("é", "x"), (spelled(KEYS.point), "AA")]
)
def test_what_is_no_key_is_refused(given: tuple[str, str]) -> None:
    with pytest.raises(BadKeys):
        Keys.read(*given)
