"""Why a household is decided as it is, what to find out, and what would change it."""
