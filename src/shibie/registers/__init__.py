"""Registers 比对: rows found by citizen number; people found in two households."""
