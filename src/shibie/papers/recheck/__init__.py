"""回头看: a roster against the one before it, matched by persons and not by household numbers."""
