"""Rule sets: read, checked, compiled."""
