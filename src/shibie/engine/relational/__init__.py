"""The relational reading: the typed tree as SQL, for rosters of any size."""

from shibie.engine.relational.memory import decide_all

__all__ = ["decide_all"]
