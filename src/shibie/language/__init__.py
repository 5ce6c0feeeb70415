"""The rule language: typed trees, the operators they are made of, and how text becomes one."""
