"""What is known of an operator apart from its meaning: how it is written, what it takes and gives."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any, Literal

from shibie.language.tree import Collection, Node
from shibie.language.type_rules import TypeRule
from shibie.language.types import Type
from shibie.language.variants import Key, field_types, one_key, variant_field

# "unwritten": it stands in no text, only in trees that are made of others.
Notation = Literal["leaf", "prefix", "infix", "choice", "function", "method", "unwritten"]
# The kinds of type that an operand may have.
Kinds = tuple[type[Type], ...]
Rewrite = Callable[[Any], Node]


@dataclass(frozen=True)
class Operator:
    """What is known of an operator, apart from what each reading makes of it.

    Attributes:
        node: the class of its nodes.
        variant: which variant of the class; "" where it has none.
        name: how it is written in a condition; leaves have a plain word.
        form: how it stands in a condition.
        gives: its type rule.
        takes: the kinds of type that each operand may have; the last holds for all further ones.
            A method's collection is its first operand, of which nothing is said here.
        arity: how many operands it takes, at least and at most, the collection not counted; as
            many as `takes` has where nothing is said.
        rewrite: for a composite operator, its node → a tree of simpler ones with the same value.
    """

    node: type[Node]
    variant: str
    name: str
    form: Notation
    gives: TypeRule
    takes: tuple[Kinds, ...] = ()
    arity: tuple[int, int] | None = None
    rewrite: Rewrite | None = None

    @property
    def key(self) -> Key:
        """Class and variant."""
        return one_key(self.node, self.variant)

    @property
    def label(self) -> str:
        """The name shown in messages for developers, such as `Between/days`.

        >>> from shibie.language import operators, tree
        >>> operators.OPERATORS[tree.Between, "years"].label
        'Between/years'
        """
        return label_of(self.key)

    @property
    def least(self) -> int:
        """How many operands it takes at least."""
        return self.arity[0] if self.arity else len(self.takes)

    @property
    def most(self) -> int:
        """How many operands it takes at most."""
        return self.arity[1] if self.arity else len(self.takes)

    @property
    def attributes(self) -> tuple[str, ...]:
        """The fields of its nodes that are no operands, such as the places of a rounding.

        >>> from shibie.language import operators, tree
        >>> operators.OPERATORS[tree.Round, "down"].attributes
        ('places',)
        """
        names = (item.name for item in fields(self.node) if not item.kw_only)
        variant = variant_field(self.node)
        return tuple(
            name for name in names if name != variant and name not in operand_fields(self.node)
        )

    def kinds(self, place: int) -> Kinds:
        """The kinds of type that the operand at a place, counted from 0, may have."""
        return self.takes[min(place, len(self.takes) - 1)]

    def result(self, operands: Sequence[Node], attributes: Mapping[str, Any]) -> Type | None:
        """The static type of a node with these operands, or None if it does not take them."""
        of = [operand.type for operand in operands[self.form == "method" :]]
        if not self.least <= len(of) <= self.most:
            return None
        if not all(isinstance(each, self.kinds(place)) for place, each in enumerate(of)):
            return None
        return self.gives(of, attributes)

    def built(self, *operands: Node, at: tuple[int, int] = (0, 0), **attributes: Any) -> Node:
        """A node of this operator, with its static type.

        Args:
            operands: its operands; a method's collection is the first.
            at: where it stands in the text of its condition.
            attributes: its other fields; `type` for leaves whose type the rule set declares.

        Raises:
            TypeError: for operands that it does not take.

        >>> from shibie.language import operators, tree
        >>> operators.OPERATORS[tree.Negate, ""].built(tree.AsOf())
        Traceback (most recent call last):
            ...
        TypeError: Negate does not take (date)
        """
        result = self.result(operands, attributes)
        if result is None:
            found = ", ".join(str(operand.type) for operand in operands)
            raise TypeError(f"{self.label} does not take ({found})")
        values: dict[str, Any] = {**attributes, "type": result, "at": at}
        names = operand_fields(self.node)
        # Several operands may stand in one field; an optional one may be left out.
        together = _MANY in field_types(self.node).values()
        values |= {names[0]: operands} if together else zip(names, operands, strict=False)
        variant = variant_field(self.node)
        if variant:
            values[variant] = self.variant
        return self.node(**values)


def label_of(key: Key) -> str:
    """An operator's name among developers, whether it is in the registry or not."""
    return "/".join(filter(None, (key[0].__name__, key[1])))


def operand_fields(cls: type[Node]) -> tuple[str, ...]:
    """The fields of a class of nodes that hold its operands, in order.

    >>> from shibie.language import tree
    >>> operand_fields(tree.Between), operand_fields(tree.And), operand_fields(tree.Field)
    (('start', 'end'), ('operands',), ())
    """
    return tuple(name for name, hint in field_types(cls).items() if hint in _OPERANDS)


_MANY = tuple[Node, ...]
_OPERANDS = (Node, Node | None, Collection, _MANY)
