"""The relational reading: the typed tree as SQL, all cases of a roster at once."""

from shibie.engine.relational.memory import decide_all

__all__ = ["decide_all"]
