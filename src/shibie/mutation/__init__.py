"""Small wrong changes to a rule set, and whether its tests notice them."""
