"""Two versions of a rule set: what is written differently, what it means, who moves."""
