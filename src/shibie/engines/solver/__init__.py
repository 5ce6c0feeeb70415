"""The proving reading, on Z3 (extra `verify`): conditions as terms over a symbolic household.

`reading.py` has one case for each node of the tree, as the interpreter has; every value
carries whether it is known. `household.py` is the symbolic household (members and register
rows up to a bound), `outcome.py` its decision, `answers.py` a household out of a model.
"""
