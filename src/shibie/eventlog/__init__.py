"""Append-only event logs in which every entry carries the hash of the one before.

The log is the truth; live state is rebuilt from it. `append` returns only when the entry is on
disk, so whatever was acknowledged survives a kill. `open_log` opens one as a database or as JSON
lines, with the same entries in both.
"""

from __future__ import annotations

from shibie.eventlog.entry import FIRST, LogEntry, entry_hash
from shibie.eventlog.json_lines import JsonLinesLog
from shibie.eventlog.opening import ACTS_FILE, copy_log, open_log, place_of
from shibie.eventlog.protocol import AppendOnlyLog, LogMovedError
from shibie.eventlog.sqlite import SqliteLog

# The log of JSON lines under its older name.
EventLog = JsonLinesLog

__all__ = [
    "ACTS_FILE",
    "FIRST",
    "AppendOnlyLog",
    "EventLog",
    "JsonLinesLog",
    "LogEntry",
    "LogMovedError",
    "SqliteLog",
    "copy_log",
    "entry_hash",
    "open_log",
    "place_of",
]
