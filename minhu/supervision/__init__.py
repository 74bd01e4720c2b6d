"""Spot checks, complaints, evidence, the ladder, and the figures that are published."""
