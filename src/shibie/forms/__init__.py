"""Forms: how a table that people hold is read as the tables of a roster."""
