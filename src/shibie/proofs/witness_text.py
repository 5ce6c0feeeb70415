"""A witness for people, and as a rule test that is ready to be put beside the pack."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

import yaml

from shibie import citizen_id
from shibie.decision import Decision
from shibie.errors import Lang, Words
from shibie.language import tree
from shibie.language.names import ELSEWHERE, MEMBERS, PERHAPS
from shibie.language.walks import walk
from shibie.proofs.witness import Given, Witness
from shibie.rosters.household_input import ADJUDICATIONS
from shibie.ruleset.conditions import rule_conditions
from shibie.ruleset.model import Register, RuleSet
from shibie.vocabulary import FieldSpec, unused
from shibie.words import terms
from shibie.words.lists import bracketed, clauses, joined
from shibie.words.speaker import Speaker
from shibie.words.values import amount

Line = tuple[str, str]


def shown(ruleset: RuleSet, witness: Witness, lang: Lang = "zh") -> str:
    """A witness as one paragraph: the facts, what changes, and the decision."""
    speaker = Speaker(ruleset, lang)
    parts = [f"{terms.DAY.say(lang)} {witness.as_of}"]
    states = [dict(_facts(ruleset, state, witness.as_of, lang)) for state in witness.states]
    nothing = Words("无", "none").say(lang)
    for name in dict.fromkeys(name for state in states for name in state):
        values = [state.get(name, nothing) for state in states]
        parts.append(f"{name} {' → '.join(dict.fromkeys(values))}".rstrip())
    said = [_decision(speaker, decision) for decision in witness.decisions(ruleset)]
    return f"{clauses(parts, lang)} ⇒ {' → '.join(said)}"


def _facts(ruleset: RuleSet, given: Given, as_of: date, lang: Lang) -> Iterator[Line]:
    speaker = Speaker(ruleset, lang)
    english = speaker.is_foreign

    def title(spec: FieldSpec) -> str:
        return spec.name if english else spec.title

    def values(specs: tuple[FieldSpec, ...], record: Given, whose: str) -> Iterator[Line]:
        for spec in specs:
            value = record.get(spec.name)
            if value is not None and spec.type != "citizen_id":
                yield whose + title(spec), amount(value, lang, spec.unit)

    yield from values(ruleset.vocabulary.household, given, "")
    aged = any(isinstance(node, tree.Given) for node in _nodes(ruleset))
    empty = [name for name in ruleset.registers if name in given]
    for index, member in enumerate(given[MEMBERS]):
        who = Words(f"成员{index + 1}", f"member {index + 1}").say(lang)
        number = member.get("id_number")
        about = ""
        if "id_number" in member and number is None:
            about = Words("（无可用证件号码）", "(no usable number)").say(lang)
        elif aged and number is not None:
            years, sex = citizen_id.age(number, as_of), citizen_id.sex(number)
            about = Words(f"（{years} 岁，{sex}）", f"(age {years}, {sex})").say(lang)
        yield who, about
        if member.get(unused(ELSEWHERE, ruleset.vocabulary.member)):
            yield who, Words("也在另一户", "is in another household, too").say(lang)
        yield from values(ruleset.vocabulary.member, member, f"{who}{Words('的', ' ').say(lang)}")
        for name, register in ruleset.registers.items():
            rows = member.get(name)
            if not rows:
                continue
            empty = [each for each in empty if each != name]
            cells = [
                _row([text for _, text in values(register.columns, row, "")], register, row, lang)
                for row in rows
            ]
            label = name if english else register.title
            yield f"{who} {label}", " | ".join(cells)
    if empty:
        titles = [name if english else ruleset.registers[name].title for name in empty]
        said = Words("比对无记录：", "compared, no rows: ").say(lang)
        yield said + joined(titles, lang), ""
    for rule, verdict in given.get(ADJUDICATIONS, {}).items():
        yield speaker.rule(rule), Words("核实", "").say(lang) + speaker.verdict(verdict)


def _row(texts: list[str], register: Register, row: Given, lang: Lang) -> str:
    """A row of a register: its columns, and that it may be about the person."""
    said = joined(texts, lang) or Words("各项未知", "nothing known").say(lang)
    if row.get(unused(PERHAPS, register.columns)) is not True:
        return said
    return said + Words("（可能是本人的记录）", " (may be about this person)").say(lang)


def _nodes(ruleset: RuleSet) -> Iterator[tree.Node]:
    """Every node of what the facts and rules say."""
    for condition in rule_conditions(ruleset):
        yield from walk(condition)


def _decision(speaker: Speaker, decision: Decision) -> str:
    word = speaker.eligibility(decision.eligibility)
    grounds = speaker.rules((*decision.grounds, *decision.reviews))
    return word + bracketed(grounds, speaker.lang) if grounds else word


# --- as a rule test ---------------------------------------------------------------------


class _RuleTestDumper(yaml.SafeDumper):
    """YAML as packs are written: exact numbers, one line for each small mapping."""


def _exact(dumper: yaml.SafeDumper, value: Decimal) -> yaml.Node:
    text = f"{value:f}"
    return dumper.represent_scalar(f"tag:yaml.org,2002:{'float' if '.' in text else 'int'}", text)


def _sorted(dumper: yaml.SafeDumper, value: frozenset[str]) -> yaml.Node:
    return dumper.represent_sequence("tag:yaml.org,2002:seq", sorted(value), flow_style=True)


_RuleTestDumper.add_representer(Decimal, _exact)
_RuleTestDumper.add_representer(frozenset, _sorted)


def rule_tests(ruleset: RuleSet, name: str, witness: Witness) -> str:
    """A file of rule tests: one for each state of the witness, with what is decided today.

    Args:
        ruleset: the pack.
        name: of the tests.
        witness: the household.
    """
    tests = []
    several = len(witness.states) > 1
    for index, (state, decision) in enumerate(
        zip(witness.states, witness.decisions(ruleset), strict=True)
    ):
        tracks: dict[str, list[str]] = {}
        for track in decision.tracks:
            tracks.setdefault(track.track, []).extend(filter(None, [track.member_id]))
        tests.append({
            "name": f"{name}({'前' if index == 0 else '后'})" if several else name,
            "given": in_words(ruleset, readable(ruleset, state)),
            "expect": {
                "eligibility": decision.eligibility, "grounds": list(decision.grounds),
                "reviews": list(decision.reviews), "tracks": tracks,
            },
        })  # fmt: skip
    return dumped({"as_of": witness.as_of, "tests": tests})


def dumped(data: dict[str, Any]) -> str:
    """Plain data as the YAML of a pack."""
    return yaml.dump(
        data, Dumper=_RuleTestDumper, allow_unicode=True, sort_keys=False, width=100,
        default_flow_style=None,
    )  # fmt: skip


def readable(ruleset: RuleSet, given: Given) -> Given:
    """The facts as a person would write them: without numbers that nothing asks for."""
    asks = any(
        isinstance(node, tree.Given) or (isinstance(node, tree.Field) and node.name == "id_number")
        for node in _nodes(ruleset)
    )
    if asks:
        return given
    members = [
        {key: value for key, value in member.items() if key != "id_number" or value is None}
        for member in given[MEMBERS]
    ]
    return {**given, MEMBERS: members}


def in_words(ruleset: RuleSet, given: Given, titled: Container[str] = frozenset()) -> Given:
    """The facts as the tests of a pack write them: yes and no in its language, titles where they do.

    Args:
        ruleset: the pack.
        given: the facts.
        titled: the names of fields that are written by their titles.
    """
    yes = {True: "是", False: "否"} if ruleset.lang == "zh" else {}
    household = {spec.name: spec for spec in ruleset.vocabulary.household}
    member = {spec.name: spec for spec in ruleset.vocabulary.member}

    def written(record: Given, specs: Mapping[str, FieldSpec]) -> Given:
        found: Given = {}
        for key, value in record.items():
            spec = specs.get(key)
            if key in ruleset.registers:
                columns = {each.name: each for each in ruleset.registers[key].columns}
                found[key] = [written(row, columns) for row in value]
            elif key == MEMBERS:
                found[key] = [written(person, member) for person in value]
            else:
                name = spec.title if spec is not None and key in titled else key
                said = yes.get(value, value) if isinstance(value, bool) and spec else value
                found[name] = said
        return found

    return written(given, household)
