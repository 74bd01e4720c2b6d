"""Pages: public, console; later the API and gateway hooks."""
