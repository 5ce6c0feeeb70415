"""What decides, as trees: every engine reads these and knows of nothing else.

Eligibility, verdicts, kinds, tracks, the facts still needed and the procedure's checks are
put together here once, out of the pack's conditions, in the same language as those.
"""

from shibie.lower.decision import Lowered, lowered
from shibie.lower.named import Named

__all__ = ["Lowered", "Named", "lowered"]
