"""The parts of the condition parser: reading, operators, calls."""
