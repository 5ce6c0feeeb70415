"""Rosters of any size: folder in, folder out, decided by DuckDB with bounded memory.

The tables are validated set-wise and decided by `engine.relational`; the few households that
SQL cannot read beyond doubt go through the reader of workbooks, so results are the same, byte
for byte.
"""

from shibie.bulk.run import run_folder

__all__ = ["run_folder"]
