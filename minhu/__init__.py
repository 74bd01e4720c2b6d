"""Minhu (民呼): every call and text is answered, followed to its end and accounted for."""
