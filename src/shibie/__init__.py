"""shibie 识别: a rules engine that identifies and classifies households.

A rule set is data (YAML); a household goes through it; out come an eligibility, every
ground of it, and the help tracks. Missing is unknown, never 0 and never false.
"""

__version__ = "0.1.0"
