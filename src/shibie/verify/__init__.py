"""What a rule set does to every household there can be: proved, or refuted with a household.

`questions.py` says what is asked, `prover.py` asks it of the symbolic household,
`witness.py` turns an answer into a household that the interpreter confirms, `report.py`
puts the answers beside what the pack accepts. Needs the extra `verify`.
"""
