"""Registers of which the rows that cannot be matched are taken to concern nobody."""

from __future__ import annotations

from collections.abc import Iterable

from shibie.errors import InputError, Lang, Words, bad_argument, did_you_mean
from shibie.ruleset.model import RuleSet


def registers_named(ruleset: RuleSet, names: Iterable[str]) -> frozenset[str]:
    """The registers of some names, or titles or ids of their comparisons.

    Raises:
        InputError: when there is no such register.

    >>> from shibie.ruleset.loader import load
    >>> registers_named(load("bazhong-2015"), ["车辆登记比对"])
    frozenset({'vehicles'})
    """
    known = _by_text(ruleset)
    names = tuple(names)
    problems = [
        bad_argument(
            "set_aside",
            Words(f"没有比对表“{name}”", f"there is no register '{name}'"),
            suggestion=did_you_mean(name, known)
            or Words(
                "应为 " + "、".join(ruleset.registers), "one of " + ", ".join(ruleset.registers)
            ),
        )
        for name in names
        if name not in known
    ]
    if problems:
        raise InputError(problems)
    return frozenset(known[name] for name in names)


def registers_named_by_either(
    old: RuleSet, new: RuleSet, names: Iterable[str]
) -> tuple[frozenset[str], frozenset[str]]:
    """The registers of some names in each of two versions, of which one may lack a register.

    Raises:
        InputError: when neither has such a register.
    """
    names, of_old, of_new = tuple(names), _by_text(old), _by_text(new)
    registers_named(new, (name for name in names if name not in of_old))
    return (
        frozenset(of_old[name] for name in names if name in of_old),
        frozenset(of_new[name] for name in names if name in of_new),
    )


def _by_text(ruleset: RuleSet) -> dict[str, str]:
    """The registers' names, by all that they may be called."""
    return {
        text: register.name
        for register in ruleset.registers.values()
        for text in (register.title, register.id, register.name)
    }


def caveats(
    ruleset: RuleSet, trust_declarations: bool, set_aside: Iterable[str], lang: Lang
) -> list[str]:
    """What every output says of a roster that was judged on other than what is known.

    Args:
        ruleset: knows the registers.
        trust_declarations: whether declared values stood in for registers not supplied.
        set_aside: the registers set aside.
        lang: the language.
    """
    screening = Words(
        "初筛：未提供比对表的事项按申报认定，不是最终结果",
        "first screening: declarations stand where no register was supplied; not final",
    )
    said = [screening.say(lang)] if trust_declarations else []
    return [*said, *filter(None, [said_of_set_aside(ruleset, set_aside, lang)])]


def said_of_set_aside(ruleset: RuleSet, names: Iterable[str], lang: Lang) -> str:
    """What every output says of registers set aside; empty where none is."""
    apart = frozenset(names)
    titles = [each.title for each in ruleset.registers.values() if each.name in apart]
    if not titles:
        return ""
    listed = "、".join(titles) if lang == "zh" else ", ".join(titles)
    return Words(
        f"搁置：{listed}中对不上人的记录，当作与名册上的人无关",
        f"set aside: rows of {listed} that cannot be matched are taken to concern nobody",
    ).say(lang)
