"""Random conditions and numbers about the households of `support.completions`."""

from __future__ import annotations

from random import Random


def bool_text(random: Random, at: str, depth: int) -> str:
    """A random condition at the household, a person or a row."""
    if at == "row":
        plain = random.choice(
            ("kind == '车'", "kind == '摩托'", f"price >= {random.randint(1, 2)}")
        )
        if depth <= 0 or random.random() < 0.6:
            return plain
        return f"({plain} {random.choice(('and', 'or'))} {bool_text(random, at, depth - 1)})"
    kind = random.random()
    if depth > 0 and kind < 0.25:
        left, right = (bool_text(random, at, depth - 1) for _ in range(2))
        return f"({left} {random.choice(('and', 'or'))} {right})"
    if depth > 0 and kind < 0.35:
        return f"not ({bool_text(random, at, depth - 1)})"
    if at == "person":
        if kind < 0.5:
            return "paid"
        if kind < 0.75:
            return f"cars.{quantifier(random)}({bool_text(random, 'row', depth - 1)})"
        return f"{number_text(random, at, depth - 1)} {sign(random)} {random.randint(1, 3)}"
    if kind < 0.65:
        of = random.choice(("members", "cars", "everyone"))
        inside = bool_text(random, "row" if of == "cars" else "person", depth - 1)
        return f"{of}.{quantifier(random)}({inside})"
    return f"{number_text(random, at, depth)} {sign(random)} {random.randint(0, 4)}"


def quantifier(random: Random) -> str:
    return random.choice(("any", "all", "none"))


def sign(random: Random) -> str:
    return random.choice(("<", ">=", "<=", ">", "==", "!="))


def number_text(random: Random, at: str, depth: int) -> str:
    """A random number at the household, a person or a row."""
    if at == "row":
        return random.choice(("price", "(price - 1)", "max(price, 0)", str(random.randint(0, 2))))
    if at == "person":
        if depth <= 0 or random.random() < 0.5:
            return "wage"
        return random.choice((
            "cars.count()", f"cars.count({bool_text(random, 'row', depth - 1)})",
            f"cars.sum({number_text(random, 'row', 0)})", "cars.max(price)", "cars.min(price)",
            f"(wage if {bool_text(random, at, depth - 1)} else 0)",
        ))  # fmt: skip
    if depth <= 0:
        return random.choice(("income", str(random.randint(0, 3)), "members.count()"))
    which = random.randrange(14)
    left, right = (number_text(random, at, depth - 1) for _ in range(2))
    if which < 2:
        way = random.choice(("round", "floor", "ceil"))
        return f"{way}({left} / members.count(), {random.randint(0, 2)})"
    if which < 5:
        return f"({left} {random.choice('+-*')} {right})"
    if which == 5:
        return f"({left} if {bool_text(random, at, depth - 1)} else {right})"
    if which == 6:
        return f"{random.choice(('min', 'max'))}({left}, {right})"
    if which == 7:
        return f"abs({left} - {right})"
    of = random.choice(("members", "members", "cars", "cars", "everyone"))
    inside = "row" if of == "cars" else "person"
    if which < 10:
        asked = random.choice(("", bool_text(random, inside, depth - 1)))
        return f"{of}.count({asked})"
    how = random.choice(("sum", "sum", "min", "max"))
    return f"{of}.{how}({number_text(random, inside, depth - 1)})"
