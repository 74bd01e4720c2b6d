"""Everything that speaks to a telephone or texting network. No Django, no rules: a carrier translates."""
