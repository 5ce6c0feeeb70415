"""The values that households are drawn from, and that literals of conditions are drawn from.

They are few on purpose and the same for both, so that a comparison is often met exactly, or
missed by one unit. Among the numbers are those that end in a 5 one place behind where something
is rounded to; among the days anniversaries of others with the day before and after, month ends,
and 29 February with what is made of it in common years.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

AS_OF = date(2016, 3, 1)

MONEY = (
    "0", "0.01", "0.05", "0.50", "12.35", "2799.99", "2800", "2855.45", "2855.49", "2855.5",
    "2855.51", "5711", "8566.50", "10000", "10000.01", "29999.99", "30000",
)  # fmt: skip
AREAS = ("0", "0.0005", "0.125", "0.1235", "0.5", "1.5", "12.25", "12.3456", "100")
COUNTS = ("0", "1", "2", "3", "5")
MONTHS = ("0", "1", "6", "11", "12")
AGES = ("0", "1", "15", "16", "60")
# What numbers are multiplied by and divided by: ties come of 2, 4 and 8, endless digits of 3.
FACTORS = ("0", "0.5", "2", "2.005", "12.34", "100")
DIVISORS = ("2", "3", "4", "8", "0.3")
# In the middle between two numbers of 0, 1, 2 and 3 places.
TIES = (("0.5", "1.5", "2.5"), ("0.05", "12.35"), ("0.125", "2.005"), ("0.0005", "0.1235"))

DAYS = (
    date(2016, 2, 29), date(2015, 2, 28), date(2015, 3, 1), date(2015, 3, 2), date(2014, 2, 28),
    AS_OF, date(2016, 2, 28), date(2012, 2, 29), date(2013, 2, 28), date(2013, 3, 1),
    date(2015, 6, 1), date(2015, 5, 31), date(2014, 6, 1), date(2014, 6, 2), date(2015, 1, 31),
    date(2014, 12, 31), date(1990, 12, 31), date(2000, 2, 29),
)  # fmt: skip
# A day, and another about one of its anniversaries.
ANNIVERSARIES = (
    (date(2012, 2, 29), date(2013, 2, 28)), (date(2012, 2, 29), date(2015, 3, 1)),
    (date(2015, 3, 1), date(2016, 2, 29)), (date(2015, 3, 1), AS_OF),
    (date(2000, 2, 29), date(2015, 2, 28)), (date(2014, 6, 1), date(2015, 5, 31)),
)  # fmt: skip
BIRTHS = (
    date(2000, 2, 29), date(2000, 3, 1), date(2000, 3, 2), date(2000, 2, 28), date(1956, 3, 1),
    date(2015, 3, 1), date(2015, 3, 2), AS_OF,
)  # fmt: skip

# The step from one value to the next.
UNITS = {MONEY: "0.01", AREAS: "0.0001"}


def beside(pool: tuple[str, ...], text: str, steps: int) -> str:
    """A value some units away, as a literal is written; not below nought."""
    found = Decimal(text) + steps * Decimal(UNITS.get(pool, "1"))
    return format(max(found, Decimal(0)).normalize(), "f")
