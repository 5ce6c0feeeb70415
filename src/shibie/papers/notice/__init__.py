"""Letters to households (告知书) and lists for the village's board (公示)."""
