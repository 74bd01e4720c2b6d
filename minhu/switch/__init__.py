"""The asyncio process that carries out call plans."""
