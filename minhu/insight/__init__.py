"""What people call about: whose matter a text is, whether it was raised before, and what is boiling up."""
