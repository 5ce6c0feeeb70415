"""The YAML form of a pack, as Pydantic models: what may be written, key by key.

These models check the shape only; names, types, dates and references are checked by the
loader, which can point at the place. `shibie schema` prints their JSON Schema for editors.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from shibie.household import Verdict
from shibie.plain_day import PlainDay

Name = Annotated[str, Field(pattern=r"^[^\W\d]\w*$", description="名称：字母、数字、下划线或汉字")]
PackId = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]*$", description="小写字母、数字和 -")]
Expression = Annotated[str, Field(min_length=1, description="条件或算式")]
ProvenanceWord = Literal["verbatim", "documented", "reconstructed"]
OwnerWord = Literal["household", "member"]
TypeWord = Literal[
    "bool", "integer", "decimal", "money", "text", "code", "codes", "date", "citizen_id"
]


class Form(BaseModel):
    """Base: frozen, and an unknown key is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class BasisForm(Form):
    """Where a rule comes from."""

    text: str = ""
    source: str = ""
    provenance: ProvenanceWord | None = None


class EffectiveForm(Form):
    """The days on which the rule set may be applied, both included."""

    from_: PlainDay = Field(alias="from")
    to: PlainDay


class HeadForm(Form):
    """What the rule set is."""

    id: PackId
    title: str
    effective: EffectiveForm
    provenance: ProvenanceWord = "reconstructed"
    lang: Literal["zh", "en"] = "zh"
    vocabulary: Literal["national", "bare"] = "national"
    time_zone: str = ""
    extends: PackId | None = None
    description: str = ""


class ParameterForm(Form):
    """A dated value, or one series of dated values for each key."""

    title: str
    unit: str = ""
    by: Expression | None = None
    values: dict[str, Decimal | dict[str, Decimal]] = Field(min_length=1)
    otherwise: Literal["unknown"] | None = Field(
        None, description="unknown：没有写的键本来就不知道，由当地补上；verify 不再逐个指出"
    )
    source: str = ""
    provenance: ProvenanceWord | None = None


# A list of codes, or each code with the words that are read as it.
CodesForm = list[str] | dict[str, list[str]]


class FieldForm(Form):
    """A field that this programme asks beyond the shared vocabulary."""

    of: OwnerWord
    name: Name
    title: str
    type: TypeWord
    unit: str = ""
    codes: CodesForm | str | None = Field(
        None, description="代码；或代码 → 读作它的词；或代码表的名称"
    )
    description: str = ""
    aliases: list[str] = []
    minimum: int | None = None
    maximum: int | None = None
    sensitive: bool = False


class FactForm(Form):
    """A named derived value."""

    name: Name
    title: str
    value: Expression
    of: OwnerWord = "household"
    unit: str = ""
    basis: BasisForm = BasisForm()


class ColumnForm(Form):
    """A column of a register."""

    type: TypeWord
    title: str | None = None
    unit: str = ""
    codes: CodesForm | str | None = Field(
        None, description="代码；或代码 → 读作它的词；或代码表的名称"
    )
    aliases: list[str] = []
    sensitive: bool = False
    if_absent: str | None = Field(
        None, description="表里没有这一栏时，每一行当作的代码；有这一栏而空着的仍是未知"
    )


class ComparisonForm(Form):
    """A register to compare with."""

    id: Name
    title: str
    register_: Name = Field(alias="register")
    columns: dict[Name, TypeWord | ColumnForm]
    match: Name
    checks: Name | dict[Name, Expression] | None = Field(
        None, description="能推翻的已申报事实；不止一个时，每个写上怎样算命中"
    )
    hit: Expression | None = Field(
        None, description="checks 只有一个时，怎样算命中；不写，有记录就算"
    )
    or_match: dict[Name, Name] = Field(
        {}, description="证件号码缺失或打码时，成员（或农户）字段 → 比对表列"
    )
    key: list[Name] = Field([], description="同一人两行，这些列都相同，就是同一条记录")
    rows: Literal["distinct"] | None = Field(None, description="distinct：完全相同的行只算一次")
    absence: Literal["no", "unknown"] = Field("no", description="没有命中，是“否”还是仍不知道")
    of: Literal["members", "everyone"] = Field("members", description="全户比对时看哪些人的记录")
    basis: BasisForm = BasisForm()


class PersonsForm(Form):
    """Who counts as a person of the household."""

    counted: Expression
    uncounted: Literal["note", "review"] = Field(
        "note", description="规则只因不计入的人而成立时：只提示，或要核实"
    )
    basis: BasisForm = BasisForm()


class RuleForm(Form):
    """A named household condition.

    The statement says what is so of a household where it holds, as a sentence that a verdict
    can be about: the title 有小轿车的不纳入 is a rule, 户中有小轿车 is true or it is not.
    """

    id: Name
    title: str
    when: Expression
    statement: str = Field("", description="成立时说的是什么：一句可以属实或不属实的话")
    basis: BasisForm = BasisForm()


class ExceptionForm(Form):
    """A case in which an exclusion does not apply."""

    id: Name
    title: str
    when: Expression
    basis: BasisForm = BasisForm()


class ExclusionForm(RuleForm):
    """A ground to exclude, or to review strictly."""

    unless: list[ExceptionForm] = []
    effect: Literal["exclude", "review"] = "exclude"
    refutable: bool | None = None
    verdicts: list[Verdict] | None = Field(None, description="这条规则可以有的核实结论")


class TrackForm(RuleForm):
    """A help track, of a household or of single members."""

    for_: OwnerWord = Field("household", alias="for")


class TallyForm(TrackForm):
    """A figure to count among eligible households, those on the roster, or all (and their members)."""

    among: Literal["eligible", "roster", "all"] = "eligible"


class StandingForm(Form):
    """Where a household is between two rosters; the first that holds is the household's."""

    id: Name
    title: str = Field("", description="名称；常用的（retained、exited 等）可以不写")
    when: Expression
    on_roster: bool = Field(description="这样的户在不在名册上")
    tracks: bool = Field(description="这样的户有没有帮扶批次")
    basis: BasisForm = BasisForm()


class ExitForm(Form):
    """What must be so of a household that has left poverty."""

    when: Expression = Field(description="哪些户算已脱贫退出")
    criteria: list[RuleForm] = Field(min_length=1)


class MeasureForm(TrackForm):
    """A measure of a household's plan: why it is proposed, and what it takes to fit."""

    fits: Expression | None = None
    track: Name | None = None


class MustForm(Form):
    """A requirement of a step."""

    id: Name
    title: str
    when: Expression
    basis: BasisForm = BasisForm()


class StepForm(Form):
    """A step of the procedure."""

    step: int = Field(ge=1)
    id: Name
    title: str
    actor: str
    after: list[Name] = []
    min_days: int | Expression | None = None
    counting: Literal["inclusive", "exclusive"] = "inclusive"
    requires: list[str] = []
    signed: bool = False
    must: list[MustForm] = []
    blocking: bool = False
    of: Literal["household", "group", "village", "township"] = "household"
    basis: BasisForm = BasisForm()


class ShareForm(Form):
    """A share of the roster: at least so many percent of a step's records with a document."""

    id: Name
    title: str
    step: Name
    document: str
    at_least: int | Expression
    basis: BasisForm = BasisForm()


class PropertyForm(Form):
    """Something that must hold of every household: a condition, or which way facts work."""

    id: Name
    title: str
    when: Expression | None = None
    then: Expression | None = None
    more: list[Name] = []
    less: list[Name] = []
    basis: BasisForm = BasisForm()


class AcceptedForm(Form):
    """A finding of `shibie verify` that the pack lives with, and why."""

    finding: str = Field(min_length=1)
    where: Expression | None = Field(
        None, description="只在哪些户上接受（户的条件）；别处再出现，仍是新的发现"
    )
    reason: str = Field(min_length=1)


class OutcomeForm(Form):
    """The programme's words for its results."""

    eligible: str
    ineligible: str
    pending: str


class PackForm(Form):
    """A whole pack: `ruleset.yaml`, with `parameters.yaml` joined in."""

    ruleset: HeadForm
    replaces: list[str] = []
    drops: list[str] = []
    outcome: OutcomeForm | None = None
    parameters: dict[Name, ParameterForm] = {}
    code_lists: dict[Name, CodesForm] = {}
    fields: list[FieldForm] = []
    relevant: dict[Name, Expression] = Field(
        {}, description="字段对哪些农户（成员）才有意义；条件不成立的，不建议去改变它"
    )
    facts: list[FactForm] = []
    comparisons: list[ComparisonForm] = []
    persons: PersonsForm | None = None
    duplicates: Literal["note", "review"] | None = Field(
        None, description="同一人出现在两户：只提示（不写即此），或两户都要核实"
    )
    criteria: list[RuleForm] = []
    poor: Expression | None = None
    exclusions: list[ExclusionForm] = []
    kinds: list[RuleForm] = []
    standings: list[StandingForm] | None = Field(
        None, description="状态：上一轮名册与这一次之间，农户处在哪里；依次看，第一个成立的就是"
    )
    exits: ExitForm | None = None
    tracks: list[TrackForm] = []
    tallies: list[TallyForm] = []
    measures: list[MeasureForm] = []
    procedure: list[StepForm] = []
    shares: list[ShareForm] = []
    properties: list[PropertyForm] = []
    accepted: list[AcceptedForm] = []
    reasons: dict[Name, str] = Field({}, description="核实原因：编号 → 名称")


class ParametersForm(Form):
    """`parameters.yaml`: the dated values alone."""

    parameters: dict[Name, ParameterForm]
