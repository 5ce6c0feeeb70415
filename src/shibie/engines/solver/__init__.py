"""The proving reading, on Z3 (extra `verify`): conditions as terms over a symbolic household.

`reading.py` has one case for each node of the tree, as the interpreter has; every value
carries whether it is known. `household.py` is what it asks of a household (members and register
rows up to a bound), `symbolic.py` the household of which nothing is known, `outcome.py` the
decision on one, `answers.py` a household out of a model.
"""
