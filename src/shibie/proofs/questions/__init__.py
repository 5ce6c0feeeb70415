"""What is asked of a rule set, one module for each group of questions."""
