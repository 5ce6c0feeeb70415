"""What the doctests draw is what the tests draw, also when they are run alone."""

from support import profiles

profiles.load()
