"""What SECURITY.md promises: nothing of a roster goes anywhere else."""

from __future__ import annotations

from shibie.scratch_database import scratch_database
from test_lean import SRC, imported

NETWORK = {
    "socket", "socketserver", "ssl", "http", "urllib", "urllib3", "requests", "httpx", "aiohttp",
    "ftplib", "smtplib", "poplib", "imaplib", "telnetlib", "xmlrpc", "webbrowser", "asyncio",
}  # fmt: skip


def test_no_module_opens_a_connection() -> None:
    found = {file.name: imported(file) & NETWORK for file in SRC.rglob("*.py")}
    # It writes the address of a file, and opens none.
    assert {name: each for name, each in found.items() if each} == {"sqlite.py": {"urllib"}}
    assert "from urllib.parse import quote" in (SRC / "eventlog" / "sqlite.py").read_text(
        encoding="utf-8"
    )


def test_the_database_fetches_no_extension() -> None:
    with scratch_database() as (connection, _):
        asked = "SELECT current_setting('autoinstall_known_extensions')"
        assert connection.execute(asked).fetchall() == [(False,)]
