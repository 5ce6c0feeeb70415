"""Linkage: candidates for rows and persons without a usable number. A person decides, by an act."""
