"""The relational reading: the typed tree as SQL, all cases of a roster at once."""

from shibie.engines.sql.cases_in_memory import decide_all

__all__ = ["decide_all"]
