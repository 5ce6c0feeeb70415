"""splink, pypinyin and rapidfuzz, or a message that says how to get them.

Nothing else in shibie imports them by itself, and this module is imported only when it is needed.
"""

from __future__ import annotations

from shibie.errors import Words, cannot_load

try:
    import pypinyin
    import splink
    from rapidfuzz.distance import OSA
    from splink.blocking_rule_library import CustomRule
except ImportError as error:
    raise cannot_load(
        "shibie link",
        "splink, pypinyin, rapidfuzz",
        error,
        Words('pip install "shibie[link]"', 'pip install "shibie[link]"'),
    ) from error

__all__ = ["OSA", "CustomRule", "pypinyin", "splink"]
