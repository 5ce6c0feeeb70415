"""The registry of operators: one record for each class of nodes and each of its variants.

Whoever reads conditions has a table with one entry for each record, made by `table`, which
refuses to leave out a kernel operator. So an operator, or a mere variant of one, that is added
here without a case in some reading is an error when that reading is imported, and one that is
added to `tree` only is an error when this module is imported.

The *kernel* is small on purpose. All other operators are composite: `rewrite` says what they mean
in simpler ones, and a reading has a case of its own for one only for its own sake (to be fast, to
speak well). The value of a number is a pair, the least and the most that it can be; only the kernel
has to know of that.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Final, TypeVar

from shibie.language import rewritings, tree
from shibie.language import type_rules as gives
from shibie.language.signature import Kinds, Notation, Operator, Rewrite, label_of
from shibie.language.tree import Node
from shibie.language.type_rules import TypeRule, always
from shibie.language.types import (
    AGE,
    BOOL,
    DATE,
    MAX_ITEMS,
    SEX,
    Bool,
    Code,
    Codes,
    Date,
    Number,
    Text,
)  # fmt: skip
from shibie.language.variants import Key, key_of, variants_of

CaseT = TypeVar("CaseT")


class RegistryError(Exception):
    """The registry, the tree and the readings do not fit; whoever extends the language mends it."""


# Kinds of operands.
_TRUTH: Final = (Bool,)
_NUMBER: Final = (Number,)
_DAY: Final = (Date,)
_ORDERED: Final = (Number, Date)
# A set of codes is only ever asked for a code.
_SINGLE: Final = (Bool, Number, Text, Code, Date)
_ANY: Final = (*_SINGLE, Codes)

# As many operands as stand in the longest text.
_MANY: Final = 20_000


def _leaf(node: type[Node], name: str, rule: TypeRule, variant: str = "") -> Operator:
    return Operator(node, variant, name, "leaf", rule)


def _compare(op: str, kinds: Kinds, rewrite: Rewrite | None = None) -> Operator:
    takes = (kinds, kinds)
    return Operator(tree.Compare, op, op, "infix", gives.comparison, takes, rewrite=rewrite)


def _round(way: str, name: str, rewrite: Rewrite | None = None) -> Operator:
    return Operator(tree.Round, way, name, "function", gives.rounded, (_NUMBER,), rewrite=rewrite)


def _round_quotient(way: str, name: str, rewrite: Rewrite | None = None) -> Operator:
    takes = (_NUMBER, _NUMBER)
    return Operator(
        tree.RoundQuotient, way, name, "function", gives.rounded_quotient, takes, rewrite=rewrite
    )


_RECORDS: Final = (
    # Leaves.
    _leaf(tree.Literal, "constant", gives.constant),
    _leaf(tree.AsOf, "as_of", always(DATE)),
    Operator(tree.Parameter, "", "parameter", "leaf", gives.declared, (_ANY,), (0, 1)),
    _leaf(tree.Field, "field", gives.declared),
    _leaf(tree.Declared, "declared", gives.declared),
    _leaf(tree.Given, "age", always(AGE), "age"),
    _leaf(tree.Given, "sex", always(SEX), "sex"),
    _leaf(tree.Given, "counted", always(BOOL), "counted"),
    Operator(tree.FoundElsewhere, "", "found elsewhere", "unwritten", always(BOOL)),
    _leaf(tree.Fact, "fact", gives.declared),
    _leaf(tree.Collection, "collection", always(BOOL)),
    # Logic.
    Operator(tree.Not, "", "not", "prefix", always(BOOL), (_TRUTH,)),
    Operator(tree.And, "", "and", "infix", always(BOOL), (_TRUTH,), (2, _MANY)),
    Operator(tree.Or, "", "or", "infix", always(BOOL), (_TRUTH,), (2, _MANY)),
    _compare("<", _ORDERED),
    _compare("<=", _ORDERED, rewritings.not_greater),
    _compare(">", _ORDERED, rewritings.greater),
    _compare(">=", _ORDERED, rewritings.not_less),
    _compare("==", _SINGLE),
    _compare("!=", _SINGLE, rewritings.not_equal),
    Operator(tree.In, "", "in", "infix", always(BOOL), (_SINGLE,)),
    Operator(tree.HasCode, "", "in", "infix", always(BOOL), ((Codes,),)),
    Operator(tree.Choose, "", "if", "choice", gives.choice, (_TRUTH, _SINGLE, _SINGLE)),
    Operator(
        tree.AtLeast, "", "at_least", "function", always(BOOL), (_NUMBER, _TRUTH), (2, 99),
        rewritings.at_least,
    ),
    Operator(tree.Sure, "", "sure", "unwritten", always(BOOL), (_TRUTH,), rewrite=rewritings.sure),
    # Numbers and dates.
    Operator(tree.Arithmetic, "+", "+", "infix", gives.total, (_NUMBER, _NUMBER)),
    Operator(
        tree.Arithmetic, "-", "-", "infix", gives.total, (_NUMBER, _NUMBER),
        rewrite=rewritings.difference,
    ),
    Operator(tree.Arithmetic, "*", "*", "infix", gives.product, (_NUMBER, _NUMBER)),
    Operator(tree.Negate, "", "-", "prefix", gives.same, (_NUMBER,)),
    # Functions, in the order in which they are listed to whoever misspells one.
    _round("nearest", "round"),
    _round("down", "floor"),
    _round("up", "ceil", rewritings.rounded_up),
    _round_quotient("nearest", "round"),
    _round_quotient("down", "floor"),
    _round_quotient("up", "ceil", rewritings.quotient_rounded_up),
    Operator(tree.Extremum, "min", "min", "function", gives.alike, (_ORDERED,), (2, 99)),
    Operator(tree.Extremum, "max", "max", "function", gives.alike, (_ORDERED,), (2, 99)),
    Operator(
        tree.Absolute, "", "abs", "function", gives.same, (_NUMBER,), rewrite=rewritings.magnitude
    ),
    Operator(tree.Known, "", "known", "function", always(BOOL), (_ANY,)),
    Operator(
        tree.Between, "years", "years_between", "function", always(gives.YEARS), (_DAY, _DAY)
    ),
    Operator(
        tree.Between, "months", "months_between", "function", always(gives.MONTHS),
        (_DAY, _DAY),
    ),
    Operator(
        tree.Between, "days", "days_between", "function", always(gives.DAYS), (_DAY, _DAY)
    ),
    Operator(
        tree.DatePart, "year", "year", "function", always(gives.YEARS_AND_ONE), (_DAY,),
        rewrite=rewritings.year_of,
    ),
    Operator(
        tree.DatePart, "month", "month", "function", always(gives.MONTHS_LESS_YEARS), (_DAY,),
        rewrite=rewritings.month_of,
    ),
    # Methods of collections, in the order in which they are listed.
    Operator(tree.Quantifier, "any", "any", "method", always(BOOL), (_TRUTH,)),
    Operator(
        tree.Quantifier, "all", "all", "method", always(BOOL), (_TRUTH,), rewrite=rewritings.all_of
    ),
    Operator(
        tree.Quantifier, "none", "none", "method", always(BOOL), (_TRUTH,),
        rewrite=rewritings.none_of,
    ),
    Operator(
        tree.Aggregate, "count", "count", "method", always(Number(0, MAX_ITEMS)), (_TRUTH,), (0, 1),
        rewritings.count_of,
    ),
    Operator(tree.Aggregate, "sum", "sum", "method", gives.total_of_items, (_NUMBER,)),
    Operator(tree.Aggregate, "min", "min", "method", gives.same, (_ORDERED,)),
    Operator(tree.Aggregate, "max", "max", "method", gives.same, (_ORDERED,)),
)  # fmt: skip


def registry(records: Iterable[Operator]) -> Mapping[Key, Operator]:
    """The records by their keys.

    Raises:
        RegistryError: when an operator of `tree` has no record or two, or a record no operator.
    """
    declared = dict.fromkeys(
        (cls, variant)
        for cls in vars(tree).values()
        if isinstance(cls, type) and issubclass(cls, Node) and cls is not Node
        for variant in variants_of(cls)
    )
    found: dict[Key, Operator] = {}
    for record in records:
        if record.key not in declared:
            raise RegistryError(f"{record.label} has a record, but tree.py does not have it")
        if record.key in found:
            raise RegistryError(f"{record.label} has two records")
        found[record.key] = record
    for key in declared:
        if key not in found:
            raise RegistryError(f"{label_of(key)} is in tree.py, but has no record")
    return found


OPERATORS: Final = registry(_RECORDS)
KERNEL: Final = frozenset(key for key, each in OPERATORS.items() if each.rewrite is None)


def _named(form: Notation) -> Mapping[str, Operator]:
    """The operators of a form by name; the first where several share one."""
    found: dict[str, Operator] = {}
    for each in OPERATORS.values():
        if each.form == form:
            found.setdefault(each.name, each)
    return found


FUNCTIONS: Final = _named("function")
METHODS: Final = _named("method")

# The comparison that holds of known values exactly where this one does not.
OPPOSITE: Final = {"<": ">=", "<=": ">", ">": "<=", ">=": "<", "==": "!=", "!=": "=="}
if OPPOSITE.keys() != set(variants_of(tree.Compare)):
    raise RegistryError("OPPOSITE does not have exactly the comparisons of tree.py")


def rewritten(node: Node) -> Node:
    """A node of a composite operator in terms of simpler ones.

    >>> rewritten(tree.Compare(">=", tree.AsOf(), tree.AsOf())).operand.op
    '<'
    """
    # Readings come by again and again, and some keep what they have made of a node: so a node has
    # one rewritten tree. It is kept on the node beside its fields, as `Node.operator` is and for
    # the same reasons.
    kept: Node | None = getattr(node, "_rewritten", None)
    if kept is None:
        rewrite = OPERATORS[node.operator].rewrite
        if rewrite is None:
            raise TypeError(f"{label_of(node.operator)} is a kernel operator")
        kept = rewrite(node)
        object.__setattr__(node, "_rewritten", kept)
    return kept


def table(
    reading: str, cases: Mapping[Key, CaseT], composite: Callable[[Rewrite], CaseT]
) -> dict[Key, CaseT]:
    """Builds a reading's table of operators and checks that no kernel operator is missing.

    Args:
        reading: its name, for the error.
        cases: its own cases: all of the kernel, and the composite operators that it reads in a
            way of its own.
        composite: makes the case of any other composite operator, given what rewrites its nodes.

    Raises:
        RegistryError: for a kernel operator without a case, and for a case of no operator.

    >>> table("counting", {}, lambda rewrite: 0)
    Traceback (most recent call last):
        ...
    shibie.language.operators.RegistryError: reading 'counting' has no case for kernel operator Literal
    """
    for key in cases:
        if key not in OPERATORS:
            raise RegistryError(f"reading '{reading}' has a case for {label_of(key)}: no operator")
    made: dict[Key, CaseT] = {}
    for key, operator in OPERATORS.items():
        if key in cases:
            made[key] = cases[key]
        elif operator.rewrite is not None:
            made[key] = composite(rewritten)
        else:
            raise RegistryError(
                f"reading '{reading}' has no case for kernel operator {operator.label}"
            )
    return made


__all__ = [
    "FUNCTIONS", "KERNEL", "METHODS", "OPERATORS", "OPPOSITE", "Key", "Operator", "RegistryError",
    "Rewrite", "key_of", "label_of", "registry", "rewritten", "table", "variants_of",
]  # fmt: skip
