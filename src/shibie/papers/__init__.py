"""What is made of a checked roster: letters, lists, plans, re-checks and reports."""
