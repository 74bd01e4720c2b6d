"""Tests with real telephones: SIPp processes that call, ring and answer."""
