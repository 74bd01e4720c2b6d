"""HTTP gateways described by settings alone, and what all HTTP gateways have in common."""
