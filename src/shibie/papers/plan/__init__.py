"""一户一规划: a draft of measures for each eligible household, and whether each one fits."""
