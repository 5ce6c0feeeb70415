"""Which operator a node is of: its class, and which variant of the class.

The variants of a class of nodes are the words that one of its fields may hold, a field that is
declared with a `Literal` type. Nothing else says which fields these are.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, get_args, get_origin, get_type_hints

if TYPE_CHECKING:
    from shibie.language.tree import Node

# A class of nodes, and which of its variants; "" where the class has none.
Key = tuple[type["Node"], str]

# Worked out once for each class: the declared types of its fields, the field of its variants.
_TYPES: dict[type[Node], dict[str, Any]] = {}
_VARIANTS: dict[type[Node], str | None] = {}
_KEYS: dict[Key, Key] = {}


def field_types(cls: type[Node]) -> dict[str, Any]:
    """The types that a class declares for its fields."""
    if cls not in _TYPES:
        _TYPES[cls] = get_type_hints(cls)
    return _TYPES[cls]


def variant_field(cls: type[Node]) -> str | None:
    """The field that tells the variants of a class apart: the one with a `Literal` type.

    >>> from shibie.language import tree
    >>> variant_field(tree.Between), variant_field(tree.And)
    ('unit', None)
    """
    if cls not in _VARIANTS:
        found = [name for name, of in field_types(cls).items() if get_origin(of) is Literal]
        if len(found) > 1:
            raise TypeError(f"{cls.__name__} has several fields of variants: {', '.join(found)}")
        _VARIANTS[cls] = found[0] if found else None
    return _VARIANTS[cls]


def variants_of(cls: type[Node]) -> tuple[str, ...]:
    """The variants of a class, in the order of its declaration; one, "", where it has none.

    >>> from shibie.language import tree
    >>> variants_of(tree.Between), variants_of(tree.And)
    (('years', 'months', 'days'), ('',))
    """
    name = variant_field(cls)
    return get_args(field_types(cls)[name]) if name else ("",)


def key_of(node: Node) -> Key:
    """The operator of a node.

    >>> from shibie.language import tree
    >>> key_of(tree.And(()))[1], key_of(tree.Given("age"))[1]
    ('', 'age')
    """
    name = variant_field(type(node))
    return one_key(type(node), getattr(node, name) if name else "")


def one_key(cls: type[Node], variant: str) -> Key:
    """The key of a class and a variant: always the same tuple, which is found faster in a table."""
    return _KEYS.setdefault((cls, variant), (cls, variant))


class OperatorOfNode:
    """Works out the operator of a node when it is first asked for, and keeps it on the node.

    Readings look nodes up by their operators at every step. It is kept outside of the fields,
    where equality, hash, repr, `replace` and pickles do not see it; and not by `cached_property`,
    which would give each node a `__dict__` of its own and so make all its attributes slower.
    """

    def __get__(self, node: Node | None, cls: type[Node]) -> Key:
        if node is None:
            raise AttributeError(f"only nodes of {cls.__name__} have an operator")
        key = key_of(node)
        object.__setattr__(node, "operator", key)
        return key
