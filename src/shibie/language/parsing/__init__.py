"""The parts of the condition parser: syntax, terms, calls."""
