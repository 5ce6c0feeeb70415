"""The fields of a form as data, and a pack's own fields joined to the shared ones.

`household.py` holds the shared vocabulary as Pydantic models; here each of its fields is
read as a `FieldSpec`, and a pack's `fields:` become a model that extends them.
"""

from __future__ import annotations

import types
import typing
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import date
from functools import cache, cached_property, lru_cache
from typing import Any, Final, Literal, TypeVar

from pydantic import BaseModel, Field, create_model

from shibie import household as form
from shibie.plain_text import unspaced

FieldType = Literal[
    "bool", "integer", "decimal", "money", "text", "code", "codes", "date", "citizen_id"
]
Owner = Literal["household", "member"]
Core = Literal["national", "bare"]
# Who somebody is to the head of his household.
HEAD: Final = "户主"
SPOUSE: Final = "配偶"


def folded(name: str) -> str:
    """A name or header as it is compared: plain text, no white space, in lower case.

    >>> folded(" 工资性收入(元) ") == folded("工资性收入(元)")
    True
    """
    return unspaced(name).lower()


_Meant = TypeVar("_Meant")


def meant(known: Mapping[str, _Meant], text: str) -> _Meant | None:
    """What a name stands for, however it is punctuated and spaced: tables are read as plain text.

    >>> meant({"户籍存疑（迁出）": 1}, "户籍存疑(迁出)"), meant({"a": 1}, "b")
    (1, None)
    """
    if text in known:
        return known[text]
    same = folded(text)
    return next((each for name, each in known.items() if folded(name) == same), None)


@dataclass(frozen=True)
class FieldSpec:
    """One field of a record, as a form or a rule author knows it.

    Attributes:
        name: English name, the key in tables, rules and JSON.
        title: Chinese title (or the title in the pack's language).
        type: how its values are written and compared.
        unit: unit of its values, e.g. 元/年.
        codes: the closed list, for `code` and `codes`.
        description: what it means.
        aliases: other headers it is known under.
        minimum: smallest allowed number.
        maximum: largest allowed number.
        required: a row without it is rejected.
        sensitive: masked wherever it is shown.
        incomplete: the day that a date without one stands for: the first or the last of its
            month or year; None where such a date is refused.
        time_zone: in which a moment that tells its own zone is a day; empty where it is refused.
        words: each with the code that it is read as; of a yes/no field with 是 or 否; with
            nothing where it is read as a blank cell.
        unsure: words that are refused, each with what it may mean.
        documents: of a citizen number: whether another document's is one of its values, for who
            has no citizen number.
        spellings: texts that are another text in another spelling, each with that one.
        if_absent: of a register's column, the code that every row has where the table has no such
            column; empty where it is then unknown, as a blank cell always is.
    """

    name: str
    title: str
    type: FieldType
    unit: str = ""
    codes: tuple[str, ...] = ()
    description: str = ""
    aliases: tuple[str, ...] = ()
    minimum: int | None = None
    maximum: int | None = None
    required: bool = False
    sensitive: bool = False
    incomplete: Literal["first", "last"] | None = None
    time_zone: str = ""
    # Hundreds of words would have to be hashed wherever a field is looked up.
    words: tuple[tuple[str, str], ...] = field(default=(), hash=False, repr=False)
    unsure: tuple[tuple[str, tuple[str, ...]], ...] = field(default=(), hash=False, repr=False)
    documents: bool = False
    spellings: tuple[tuple[str, str], ...] = field(default=(), hash=False, repr=False)
    if_absent: str = ""

    def __getstate__(self) -> dict[str, Any]:
        """What a pickle takes along: the data, not what was worked out from it."""
        return {each.name: getattr(self, each.name) for each in fields(self)}

    @cached_property
    def own_headers(self) -> frozenset[str]:
        """Its name and its title, folded."""
        return frozenset(folded(text) for text in (self.name, self.title))

    @cached_property
    def headers(self) -> frozenset[str]:
        """Every header this field answers to, folded."""
        return self.own_headers.union(map(folded, self.aliases))

    @cached_property
    def read_as(self) -> Mapping[str, str]:
        """What is read as which code: the codes themselves and their words, folded."""
        words = {folded(word): code for word, code in self.words}
        return words | {folded(code): code for code in self.codes}

    @cached_property
    def may_mean(self) -> Mapping[str, tuple[str, ...]]:
        """What each word that is refused may mean; the words folded."""
        return {folded(word): meant for word, meant in self.unsure}

    @cached_property
    def spelled(self) -> Mapping[str, str]:
        """The text that each other spelling stands for."""
        return dict(self.spellings)


# What a table states beside its fields, and what is checked by them; rules never ask it.
STATED: Final[Mapping[str, FieldSpec]] = {
    "household_size": FieldSpec("stated_size", "家庭人口数", "text"),
    "sex": FieldSpec("stated_sex", "性别", "text"),
    "birth_date": FieldSpec("stated_birth", "出生日期", "text", sensitive=True),
    "age": FieldSpec("stated_age", "年龄", "text"),
}


def in_zone(specs: Iterable[FieldSpec], time_zone: str) -> tuple[FieldSpec, ...]:
    """Fields of which those that are days are days in a time zone.

    >>> [spec.time_zone for spec in in_zone([FieldSpec("at", "日期", "date")], "Asia/Shanghai")]
    ['Asia/Shanghai']
    """
    return tuple(
        replace(spec, time_zone=time_zone) if spec.type == "date" else spec for spec in specs
    )


def unused(key: str, specs: Iterable[FieldSpec]) -> str:
    """A key beside some fields: the same, with `_` behind it while one of them answers to it.

    >>> unused("perhaps", ()), unused("perhaps", [FieldSpec("perhaps", "或许", "bool")])
    ('perhaps', 'perhaps_')
    """
    taken = frozenset[str]().union(*(spec.headers for spec in specs))
    while folded(key) in taken:
        key += "_"
    return key


@cache
def specs_of(model: type[BaseModel]) -> tuple[FieldSpec, ...]:
    """The fields of a record model, in order, without the nested `members`.

    >>> [spec.title for spec in specs_of(form.Member)][:3]
    ['人编号', '姓名', '证件号码']
    """
    hints = typing.get_type_hints(model, include_extras=True)
    return tuple(
        _spec(name, hints[name], info)
        for name, info in model.model_fields.items()
        if name != "members"
    )


def _spec(name: str, hint: Any, info: Any) -> FieldSpec:
    kind, codes = _kind(hint)
    extra = info.json_schema_extra or {}
    limits = {type(limit).__name__: limit for limit in info.metadata}
    return FieldSpec(
        name=name,
        title=info.title,
        type="citizen_id" if name == "id_number" else kind,
        documents=name == "id_number",
        unit=extra.get("unit", ""),
        codes=codes,
        description=info.description or "",
        aliases=tuple(extra.get("aliases", ())),
        minimum=limits["Ge"].ge if "Ge" in limits else None,
        maximum=limits["Le"].le if "Le" in limits else None,
        required=info.is_required(),
        sensitive=extra.get("sensitive", False),
        words=tuple(extra.get("words", ())),
        unsure=tuple(extra.get("unsure", ())),
    )


def _kind(hint: Any) -> tuple[FieldType, tuple[str, ...]]:
    """The field type that a type hint of `household.py` stands for."""
    if isinstance(hint, types.UnionType) or typing.get_origin(hint) is typing.Union:
        (hint,) = (arm for arm in typing.get_args(hint) if arm is not type(None))
    plain: dict[Any, FieldType] = {
        form.Money: "money", form.Amount: "decimal", form.Count: "integer",
        form.Flag: "bool", str: "text", date: "date",
    }  # fmt: skip
    if typing.get_origin(hint) is Literal:
        return "code", typing.get_args(hint)
    if typing.get_origin(hint) is frozenset:
        (item,) = typing.get_args(hint)
        return "codes", typing.get_args(item)
    return plain[hint], ()


_ANNOTATIONS: Mapping[str, Any] = {
    "bool": form.Flag, "integer": form.Count, "decimal": form.Amount,
    "money": form.Money, "text": str, "date": date, "citizen_id": str,
}  # fmt: skip


def annotation(spec: FieldSpec) -> Any:
    """The type hint a declared field has in a Pydantic model; always optional."""
    if spec.type == "code":
        return Literal[*spec.codes] | None
    if spec.type == "codes":
        return frozenset[Literal[*spec.codes]] | None  # type: ignore[valid-type]
    return _ANNOTATIONS[spec.type] | None


def extended(base: type[BaseModel], specs: Iterable[FieldSpec]) -> type[BaseModel]:
    """A record model with the fields of `specs` added to `base`.

    >>> asks = FieldSpec("out_of_pocket", "合规自付支出", "money", unit="元/年")
    >>> extended(form.Household, [asks]).model_fields["out_of_pocket"].title
    '合规自付支出'
    """
    added: dict[str, Any] = {
        spec.name: (
            annotation(spec),
            Field(
                default=None, title=spec.title, description=spec.description,
                ge=spec.minimum, le=spec.maximum,
                json_schema_extra={
                    "unit": spec.unit, "aliases": list(spec.aliases), "sensitive": spec.sensitive,
                },
            ),
        )
        for spec in specs
    }  # fmt: skip
    return create_model(base.__name__, __base__=base, **added) if added else base


@dataclass(frozen=True)
class Vocabulary:
    """What a rule set may ask: the shared fields (or the bare ones) and its own.

    Attributes:
        household: fields of a household, in order.
        member: fields of a member, in order.
        household_model: the Pydantic model that validates one household.
    """

    household: tuple[FieldSpec, ...]
    member: tuple[FieldSpec, ...]
    household_model: type[form.BareHousehold] = field(repr=False)

    @classmethod
    def build(
        cls,
        own_household: Iterable[FieldSpec] = (),
        own_member: Iterable[FieldSpec] = (),
        core: Core = "national",
    ) -> Vocabulary:
        """The vocabulary of a pack.

        >>> len(Vocabulary.build().household) > 20
        True
        """
        return _vocabulary(tuple(own_household), tuple(own_member), core)

    def __reduce__(self) -> tuple[Any, ...]:
        """How to pickle it: a model made for a pack is in no module, so it is made anew."""
        core: Core = "national" if self.national else "bare"
        household, member = _BASES[core]
        own_household = self.household[len(specs_of(household)) :]
        own_member = self.member[len(specs_of(member)) :]
        return _vocabulary, (own_household, own_member, core)

    @property
    def national(self) -> bool:
        """Whether the shared fields are among them: names, addresses and so on."""
        return issubclass(self.household_model, form.Household)

    def of(self, owner: Owner) -> tuple[FieldSpec, ...]:
        """The fields of households or of members."""
        return self.household if owner == "household" else self.member


_BASES: Mapping[Core, tuple[type[form.BareHousehold], type[form.BareMember]]] = {
    "national": (form.Household, form.Member),
    "bare": (form.BareHousehold, form.BareMember),
}


def shared(record: form.BareHousehold | form.BareMember, name: str) -> Any:
    """The value of a field of the shared vocabulary; None where a record has none of it.

    `group` is part of an address there, and may be anything in a pack that declares a field
    of that name.

    >>> shared(form.Household(household_id="1", group="一社", members=[{"member_id": "1"}]), "group")
    '一社'
    >>> asks = FieldSpec("group", "Social group", "text", sensitive=True)
    >>> own = Vocabulary.build([asks], core="bare").household_model
    >>> record = own(household_id="1", group="SC", members=[{"member_id": "1"}])
    >>> record.group, shared(record, "group")
    ('SC', None)
    """
    of = _BASES["national" if isinstance(record, form.Household | form.Member) else "bare"]
    base = of[isinstance(record, form.BareMember)]
    return getattr(record, name) if name in base.model_fields else None


def head_of(household: form.BareHousehold) -> form.BareMember:
    """The head of a household by its form, else its first member."""
    heads = [each for each in household.members if shared(each, "relation") == HEAD]
    return (heads or [*household.members])[0]


def _without_headers_of(
    own: tuple[FieldSpec, ...], shared_specs: tuple[FieldSpec, ...]
) -> tuple[FieldSpec, ...]:
    """The shared fields, where a header that a pack's own field answers to is that field's."""
    taken = frozenset[str]().union(*(spec.headers for spec in own))
    return tuple(
        replace(spec, aliases=tuple(each for each in spec.aliases if folded(each) not in taken))
        if taken & spec.headers
        else spec
        for spec in shared_specs
    )


# Kept, so that the rule sets of one pack have one model, and are equal, in one process.
@lru_cache(maxsize=64)
def _vocabulary(
    own_household: tuple[FieldSpec, ...], own_member: tuple[FieldSpec, ...], core: Core
) -> Vocabulary:
    household_base, member_base = _BASES[core]
    member_model = extended(member_base, own_member)
    model = extended(household_base, own_household)
    if member_model is not member_base:
        members = Field(title="成员", description="家庭成员", min_length=1)
        model = create_model(
            model.__name__,
            __base__=model,
            members=(tuple[member_model, ...], members),  # type: ignore[valid-type]
        )
    own = (*own_household, *own_member)
    return Vocabulary(
        household=_without_headers_of(own, specs_of(household_base)) + own_household,
        member=_without_headers_of(own, specs_of(member_base)) + own_member,
        household_model=typing.cast("type[form.BareHousehold]", model),
    )
