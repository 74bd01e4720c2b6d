"""Tags and filters for all pages."""
