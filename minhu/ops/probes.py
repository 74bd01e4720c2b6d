"""Asks the world outside: the kernel's clock, a SIP trunk."""

from __future__ import annotations

import asyncio
import ctypes
import os
import socket
import struct
from dataclasses import dataclass

_TIMEX_BYTES, _MAX_ERROR_AT, _STATUS_AT = 208, 24, 40
_UNSYNCHRONISED = 0x40


@dataclass(frozen=True, slots=True)
class ClockState:
    """What the kernel thinks of its clock."""

    synchronised: bool
    error_seconds: float


def kernel_clock() -> ClockState | None:
    """What adjtimex(2) says on 64-bit Linux; None where there is no such call."""
    buffer = ctypes.create_string_buffer(_TIMEX_BYTES)
    try:
        if ctypes.CDLL(None, use_errno=True).adjtimex(buffer) < 0:
            return None
    except (AttributeError, OSError):
        return None
    (largest_error_us,) = struct.unpack_from("q", buffer, _MAX_ERROR_AT)
    (flags,) = struct.unpack_from("i", buffer, _STATUS_AT)
    return ClockState(not flags & _UNSYNCHRONISED, largest_error_us / 1e6)


async def options(transport: str, host: str, port: int, patience_seconds: float) -> str:
    """First line of what a trunk answers to an OPTIONS (RFC 3261 §11); "" for nothing."""
    try:
        async with asyncio.timeout(patience_seconds):
            if transport == "udp":
                answer = await _over_udp(host, port)
            else:
                answer = await _over_stream(transport, host, port)
    except (OSError, TimeoutError):
        return ""
    return answer.split(b"\r\n", 1)[0].decode(errors="replace")


async def _over_udp(host: str, port: int) -> bytes:
    loop = asyncio.get_running_loop()
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_DGRAM) as link:
        link.setblocking(False)
        await loop.sock_connect(link, (host, port))
        await loop.sock_sendall(link, _request("UDP", host, port, link.getsockname()))
        return await loop.sock_recv(link, 4096)


async def _over_stream(transport: str, host: str, port: int) -> bytes:
    reader, writer = await asyncio.open_connection(host, port, ssl=True if transport == "tls" else None)
    try:
        writer.write(_request(transport.upper(), host, port, writer.get_extra_info("sockname")))
        return await reader.readline()
    finally:
        writer.close()


def _request(transport: str, host: str, port: int, ours: tuple[str, int]) -> bytes:
    here = f"{ours[0]}:{ours[1]}"
    lines = (
        f"OPTIONS sip:{host}:{port} SIP/2.0",
        f"Via: SIP/2.0/{transport} {here};branch=z9hG4bK-doctor-{os.getpid()};rport",
        "Max-Forwards: 70",
        f"From: <sip:doctor@{here}>;tag=doctor",
        f"To: <sip:{host}>",
        f"Call-ID: doctor-{os.getpid()}",
        "CSeq: 1 OPTIONS",
        "Content-Length: 0",
    )
    return "\r\n".join((*lines, "", "")).encode()
