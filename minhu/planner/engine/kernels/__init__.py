"""The inner loops, compiled to machine code on first use. Imported lazily: no other process pays for the compiler."""
