"""What people read: the shared terms, lists in prose, and one speaker for a rule set."""
