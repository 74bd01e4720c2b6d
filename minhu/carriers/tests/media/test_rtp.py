from __future__ import annotations

import random
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minhu.carriers.sip.media.rtp import HEADER, Keypad, straighten


def event(digit: int, stamp: int, *, end: bool = False, marker: bool = False, source: int = 5) -> bytes:
    second = 101 | (0x80 if marker else 0)
    return HEADER.pack(0x80, second, 1, stamp & 0xFFFFFFFF, source) + bytes([digit, 0x80 * end, 0, 160])


def press(digit: int, stamp: int) -> list[bytes]:
    updates = [event(digit, stamp, marker=number == 0) for number in range(6)]
    return updates + [event(digit, stamp, end=True)] * 3


@given(
    digits=st.lists(st.integers(0, 15), min_size=1, max_size=8),
    first=st.integers(0, 2**32 - 1),
    lost=st.lists(st.integers(0, 8), max_size=8, unique=True),
)
def test_each_press_counts_once_whatever_is_lost_of_it(digits: list[int], first: int, lost: list[int]) -> None:
    keypad = Keypad()
    heard = ""
    now = 0.0
    for index, digit in enumerate(digits):
        # Only when the end and the marker are both lost could two quick presses of one key look like one.
        gone = set(lost) - ({8} if {6, 7, 8} <= set(lost) else set())
        for number, packet in enumerate(press(digit, first + 2000 * index)):
            now += 0.02
            heard += "" if number in gone else keypad.press(packet, len(packet), now)
    assert heard == "".join("0123456789*#ABCD"[digit] for digit in digits)


def test_a_long_press_whose_stamp_moves_on_is_one_digit() -> None:
    keypad = Keypad()
    packets = [event(4, 1000 + 160 * number, marker=number == 0) for number in range(100)]
    assert "".join(keypad.press(packet, len(packet), 0.02 * n) for n, packet in enumerate(packets)) == "4"


def test_packets_out_of_order_do_not_press_the_key_before_again() -> None:
    keypad = Keypad()
    first, second = event(1, 1000, marker=True), event(2, 3000, marker=True)
    heard = [keypad.press(packet, len(packet), 0.0) for packet in (first, second, first, second)]
    assert heard == ["1", "2", "", ""]


@pytest.mark.parametrize("packet", [event(16, 1000), event(255, 1000), event(1, 1000)[:14]])
def test_what_is_no_key_presses_nothing(packet: bytes) -> None:
    assert Keypad().press(packet, len(packet), 0.0) == ""


def test_contributors_extension_and_padding_are_taken_out() -> None:
    body = b"speech" * 20
    extension = struct.pack("!HH", 0xBEDE, 2) + bytes(8)
    packet = bytearray(HEADER.pack(0xB2, 8, 1, 2, 3) + bytes(8) + extension + body + b"\0\0\0\4")
    length = straighten(packet, len(packet))
    assert packet[0] == 0x80
    assert packet[12:length] == body


@given(st.binary(min_size=1, max_size=80), st.integers(0, 2**32))
def test_malformed_packets_are_dropped_and_harm_nothing(packet: bytes, seed: int) -> None:
    memory = bytearray(random.Random(seed).randbytes(2048))
    memory[: len(packet)] = packet
    length = straighten(memory, len(packet))
    assert length == 0 or 12 < length <= len(packet)
