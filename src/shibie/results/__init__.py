"""What comes out of a check: tables, counts, and how they are written."""
