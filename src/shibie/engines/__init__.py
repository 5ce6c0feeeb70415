"""The readings of a rule set's typed trees."""
