"""The embedded telephone engine: a small SIP core and an RTP media loop.

Read in this order: ``message`` (what is on the wire), ``transaction`` (RFC 3261 §17 as tables), ``layer`` (which
transaction a packet belongs to), ``reception`` (what is asked of us), ``dialog`` and ``leg`` (a call), ``engine`` (the
voice port).
"""
