"""Every contact as it came, and the outbox."""
