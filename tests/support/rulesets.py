"""Random rule sets over the whole language, and random households for them."""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from shibie.engines.sql.cases_in_memory import asked_of
from shibie.engines.sql.compiling import RunSettings
from shibie.language.names import Context
from shibie.language.parse import ExpressionError, parse
from shibie.language.types import Bool
from shibie.rosters.household_input import case_from
from shibie.ruleset.model import RuleSet
from support import households
from support.chance import ByHypothesis, Chance
from support.probe import DECLARATIONS, probe
from support.values import AS_OF
from support.ways import Maker

RULES = """
criteria:
  - {{id: low, title: 低收入, when: per_head < line}}
  - {{id: unsafe, title: 危房, when: '{unsafe}'}}
poor: '{poor}'
exclusions:
  - {{id: vehicle, title: 有车, when: '{vehicle}', refutable: true,
     unless: [{{id: cheap, title: 便宜, when: '{cheap}'}}]}}
  - {{id: payroll, title: 财政供养, when: '{payroll}'}}
  - {{id: rich, title: 存款多, when: '{rich}', refutable: true}}
  - {{id: doubtful, title: 存疑, when: '{doubtful}', effect: review}}
  - {{id: strange, title: 可疑, when: '{strange}', effect: review}}
kinds:
  - {{id: sick, title: 因病户, when: '{sick}'}}
  - {{id: other, title: 其他户, when: '{other}'}}
tracks:
  - {{id: work, title: 就业, for: member, when: '{work}'}}
  - {{id: house, title: 住房, when: '{house}'}}
  - {{id: care, title: 照料, for: member, when: '{care}'}}
standings:
  - {{id: back, title: 返贫, when: '({back}) and eligible', on_roster: true, tracks: true}}
  - {{id: gone, title: 脱贫, when: '({gone}) and not excluded', on_roster: true, tracks: true}}
  - {{id: out, title: 清退, when: '({out}) and ineligible or poor', on_roster: false, tracks: false}}
exits: {{when: '{left}', criteria: [{{id: dry, title: 不漏, when: '{dry}'}}]}}
tallies:
  - {{id: helped, title: 在册人数, for: member, among: roster, when: '{helped}'}}
"""
OF_MEMBER = ("work", "care", "helped")
OF_HOUSEHOLD = (
    "unsafe", "poor", "vehicle", "cheap", "payroll", "rich", "doubtful", "strange",
    "sick", "other", "house", "back", "gone", "out", "left", "dry",
)  # fmt: skip


PROBE = probe()


def accepted(text: str, context: Context) -> bool:
    """Whether the loader takes it: it refuses what may need more than 28 digits."""
    try:
        parse(text, PROBE.names, context, Bool)
    except ExpressionError:
        return False
    return True


def ruleset_by(chance: Chance, declarations: str = DECLARATIONS) -> RuleSet:
    """The probe's declarations, or others with the same names, with random conditions everywhere."""
    maker = Maker(chance, partial=True, known=True)
    depth = 1 + chance.below(3)
    texts = {}
    for names, owner, context in (
        (OF_HOUSEHOLD, "household", Context.household()),
        (OF_MEMBER, "member", Context.member()),
    ):
        for name in names:
            text = maker.bool(owner, depth).text
            texts[name] = text if accepted(text, context) else "true"
    return probe(RULES.format(**texts), declarations)


@st.composite
def rulesets(draw: st.DrawFn) -> RuleSet:
    """The same, drawn by Hypothesis."""
    return ruleset_by(ByHypothesis(draw))


def pool(size: int) -> list[dict[str, Any]]:
    """Random households, the same in every run."""
    found: list[dict[str, Any]] = []

    @settings(
        max_examples=size, database=None, derandomize=True, deadline=None,
        phases=[Phase.generate], suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(households.partial())
    def collect(facts: dict[str, Any]) -> None:
        found.append(facts)

    collect()
    return found


POOL = pool(300)


def alike() -> list[list[dict[str, Any]]]:
    """The households of the pool by the run of SQL that they are decided in; most in the first.

    Those run together that take declarations alike: by the registers that a household which
    trusts them has not got. A run costs as much for one household as for a hundred.
    """
    kinds: dict[RunSettings, list[dict[str, Any]]] = {}
    for facts in POOL:
        asked = asked_of(PROBE, case_from(PROBE, facts, AS_OF))
        kinds.setdefault(asked, []).append(facts)
    return sorted(kinds.values(), key=len, reverse=True)


ALIKE = alike()


def fixed(**conditions: str) -> RuleSet:
    """The same rules with plain conditions but for those given."""
    plain = dict.fromkeys(OF_HOUSEHOLD, "flag") | dict.fromkeys(OF_MEMBER, "earning")
    return probe(RULES.format(**plain | conditions))
