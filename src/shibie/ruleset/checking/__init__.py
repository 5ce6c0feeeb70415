"""The parts of the pack loader: declarations, parameters, facts, rules, steps."""
