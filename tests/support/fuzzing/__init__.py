"""Damaged input by seed: rosters of every kind, packs, expressions, templates and logs.

`python -m support.fuzzing --seconds 120 --seed 7` (or `make fuzz`) damages the small synthetic
inputs of `targets`, and stops at a crash: whatever is raised beside the project's own errors, takes
longer than it may, loses a household, or comes out otherwise on the other path. What was found and
mended lies in `found/` and is tried by the everyday tests.
"""
