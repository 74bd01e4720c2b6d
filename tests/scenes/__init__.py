"""Scenes: a citizen and an official over days, with carriers in memory and a clock of their own."""
