"""The log of acts: what persons decided and corrected, kept once and for all.

`open_acts` opens the log of a folder, `take_in` takes a table of acts into it, once;
`acts_table` is the log as the table of acts that a check reads, and `with_acts` does all of it
for the sheets of a roster.
"""

from __future__ import annotations

from shibie.actlog.recorded import acts_table, open_acts, record, recorded_acts
from shibie.actlog.taking_in import TakenIn, has_acts, take_in, with_acts

__all__ = [
    "TakenIn",
    "acts_table",
    "has_acts",
    "open_acts",
    "record",
    "recorded_acts",
    "take_in",
    "with_acts",
]
