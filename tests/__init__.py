"""Tests that cross parts, and the counterparts they need."""
