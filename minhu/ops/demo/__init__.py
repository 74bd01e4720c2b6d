"""The demo: an invented city that rings, answers, texts and calls back over real SIP and SMPP on loopback."""
