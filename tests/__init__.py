"""Tests that cross parts, the counterparts they need, and what all tests share."""
