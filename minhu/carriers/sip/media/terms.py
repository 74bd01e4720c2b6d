"""What one leg has offered, answered and agreed upon so far."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from minhu.carriers.sip.media.g711 import Codec
from minhu.carriers.sip.media.negotiation import (
    KEYS_TYPE,
    Agreement,
    Ours,
    describe,
    direction_of,
    receives,
    sends,
    understand,
)

_OFFERED: Final = ((Codec.PCMA, 8), (Codec.PCMU, 0))
_STATIC: Final[dict[int, Codec | None]] = {8: Codec.PCMA, 0: Codec.PCMU}


class Terms:
    """The state of offer and answer (RFC 3264) of one leg; a refused description changes nothing.

    codec, payload_type: what we send. keys: the payload type of keys we send, None when the far end knows none.
    kinds: what each payload type we may hear is; None stands for keys. address: where the far end wants its sound,
    None when it has not said, or holds us the old way. may_send: neither side holds us.
    expects_sound: we ought to hear something.
    """

    def __init__(self, address: str, port: int, session: int) -> None:
        self.codec = Codec.PCMA
        self.payload_type = 8
        self.keys: int | None = None
        self.kinds = dict(_STATIC)
        self.agreed = False
        self.address: tuple[str, int] | None = None
        self.may_send = False
        self.expects_sound = False
        self._wish = "sendrecv"
        self._ours = Ours(address, port, session, version=0, direction="", codecs=_OFFERED, keys=KEYS_TYPE)

    def offer(self, direction: str) -> bytes:
        """Our offer: both laws, the one in use first, and keys. direction: what we wish from now on."""
        self._wish = direction
        offered = tuple(sorted(_OFFERED, key=lambda known: known[0] is not self.codec))
        keys = KEYS_TYPE if self.keys is None else self.keys
        return self._describe(replace(self._ours, direction=direction, codecs=offered, keys=keys))

    def answer(self, remote_offer: bytes) -> bytes:
        """Agree to an offer, to A-law if it can be. Raises: NotAcceptable."""
        theirs = self._understand(remote_offer)
        codec, kind = min(theirs.codecs, key=lambda known: known[0] is not Codec.PCMA)
        self._agree(theirs, codec, kind)
        hears = receives(self._wish) and sends(theirs.direction)
        direction = direction_of(sending=self.may_send, receiving=hears)
        answer = replace(self._ours, direction=direction, codecs=((codec, kind),), keys=theirs.keys)
        return self._describe(replace(answer, streams=theirs.streams, index=theirs.index))

    def accept(self, remote_answer: bytes) -> None:
        """Take the answer to our offer. Raises: NotAcceptable."""
        theirs = self._understand(remote_answer)
        self._agree(theirs, *theirs.codecs[0])

    def _understand(self, description: bytes) -> Agreement:
        return understand(description, ourselves=(self._ours.address, self._ours.port))

    def _describe(self, ours: Ours) -> bytes:
        if ours != self._ours:
            # RFC 3264 §8: the version goes up by one when, and only when, something changed.
            self._ours = replace(ours, version=ours.version + 1)
        return describe(self._ours)

    def _agree(self, theirs: Agreement, codec: Codec, kind: int) -> None:
        self.agreed = True
        self.codec, self.payload_type, self.keys = codec, kind, theirs.keys
        keys = () if theirs.keys is None else (theirs.keys, KEYS_TYPE)
        self.kinds = dict.fromkeys(keys) | _STATIC | {number: known for known, number in theirs.codecs}
        self.address = theirs.address
        here = theirs.address is not None
        self.may_send = here and sends(self._wish) and receives(theirs.direction)
        self.expects_sound = here and receives(self._wish) and theirs.direction == "sendrecv"
