"""How to balance the official's work and the answering of calls (规划)."""
