"""Rosters of any size, decided by SQL with bounded memory.

The tables are validated set-wise and decided by `engine.relational`; the few households that
SQL cannot read beyond doubt go through the reader of workbooks, so results are the same, byte
for byte.
"""
