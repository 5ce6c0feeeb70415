"""The township's report: figures with the queries that made them, and how they hold together."""
