"""Datagrams in and out without letting go of the interpreter.

Python's sockets release the interpreter lock around every call. With a hundred bridged calls that is 20,000 chances a
second for a busy thread (a worker at the database) to take it and keep it for milliseconds: measured, one such thread
delayed sound by seconds. These calls never wait, so they are made with the lock held, and only the wait for the next
heartbeat gives it away.

Source: Linux sockaddr_in, ip(7); the rest of the plane needs Linux too (epoll).
"""

from __future__ import annotations

import ctypes
import socket
import sys
from struct import Struct
from typing import Final

Address = tuple[str, int]
Place = int
"""An IPv4 address and port as the kernel writes them, in one number: cheap to compare."""

PACKET_BYTES: Final = 2048
_SOCKADDR_BYTES: Final = 16
_AT_ONCE: Final = int(socket.MSG_DONTWAIT)
_PLACE: Final = Struct("!H4s")
_HOST: Final = 0xFFFFFFFF_00000000 if sys.byteorder == "little" else 0x00000000_FFFFFFFF
_FAMILY: Final = socket.AF_INET.to_bytes(2, sys.byteorder)

_libc: Final = ctypes.PyDLL(None)
# No argument types are declared: small numbers go as C ints and prepared pointers as they are, which is the quick way
# through ctypes (a microsecond a call saved).
_recvfrom: Final = _libc.recvfrom
_sendto: Final = _libc.sendto


def place(address: Address) -> Place:
    """The number of an address."""
    host, port = address
    return int.from_bytes(_FAMILY + _PLACE.pack(port, socket.inet_aton(host)), sys.byteorder)


def same_host(one: Place, other: Place) -> bool:
    """Whether only the ports differ, if anything."""
    return (one ^ other) & _HOST == 0


class Buffer:
    """Memory that packets are read into or sent from; its address is looked up once."""

    __slots__ = ("_pointer", "data", "view")

    def __init__(self, size: int = PACKET_BYTES) -> None:
        self.data = bytearray(size)
        self.view = memoryview(self.data)
        self._pointer = ctypes.byref(ctypes.c_char.from_buffer(self.data))

    def send(self, number: int, length: int, target: bytes) -> bool:
        """Send the first ``length`` bytes from a socket (its number) to a ``sockaddr``; False when it failed."""
        sent: int = _sendto(number, self._pointer, length, _AT_ONCE, target, _SOCKADDR_BYTES)
        return sent >= 0


class Inbox(Buffer):
    """Where every packet of every session is read to, one after the other."""

    __slots__ = ("_length", "_length_at", "_source", "_source_at", "_source_memory")

    def __init__(self) -> None:
        super().__init__()
        self._source_memory = bytearray(_SOCKADDR_BYTES)
        self._source = memoryview(self._source_memory).cast("Q")
        self._source_at = ctypes.byref(ctypes.c_char.from_buffer(self._source_memory))
        self._length = ctypes.c_uint(_SOCKADDR_BYTES)
        self._length_at = ctypes.byref(self._length)

    def read(self, number: int) -> int:
        """Take one packet off a socket, by its number; its length, or less than 0 when there is none."""
        self._length.value = _SOCKADDR_BYTES
        length: int = _recvfrom(number, self._pointer, PACKET_BYTES, _AT_ONCE, self._source_at, self._length_at)
        return length

    @property
    def source(self) -> Place:
        """Who sent the packet read last."""
        return self._source[0]


def sockaddr(target: Place) -> bytes:
    """The form that ``Buffer.send`` wants."""
    return target.to_bytes(8, sys.byteorder) + bytes(8)
