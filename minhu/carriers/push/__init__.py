"""Web push: an alert to a browser through the service of its maker, who can read nothing of it.

sealing   the message, sealed for one subscription (RFC 8291, RFC 8188)
vapid     who sends it (RFC 8292)
post      handing it to the push service, which must be a public address
"""
