"""Offices, officials, published lines, presence; import and export; the switch's snapshot."""
