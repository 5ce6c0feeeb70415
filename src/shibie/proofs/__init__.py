"""What a rule set does to every possible household: proved, or refuted by an example.

`questions/` says what is asked, `prover.py` asks it of the symbolic household, `witness.py`
turns an answer into a household that the interpreter confirms, `report.py` puts the answers
beside what the pack accepts. Needs the extra `verify`.
"""
