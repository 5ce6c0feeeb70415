"""What can go wrong, said so that a person can mend it.

Every failure is a list of `Problem`: where, what was found, what was expected, and a
suggestion. A function that reads input collects *all* of its problems before it raises.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, Final, Literal, NamedTuple

from shibie.limits import FAULTS_SHOWN, NAMES_COMPARED
from shibie.shown_text import shown, shown_data, shown_line

Lang = Literal["zh", "en"]
LANGS: tuple[Lang, ...] = ("zh", "en")


class Words(NamedTuple):
    """One piece of text for people, in both languages of the product.

    >>> Words("户", "household").say("en")
    'household'
    """

    zh: str
    en: str

    def say(self, lang: Lang = "zh") -> str:
        """The text in `lang`."""
        return self.en if lang == "en" else self.zh


# Every code that a problem may carry, with its meaning. Programs tell problems apart by them:
# a code never changes its name or its meaning; new ones are added.
CODES: Final[Mapping[str, str]] = {
    "invalid": "something else; read the message",
    # one value
    "not_yes_no": "a yes/no was expected",
    "not_a_number": "an exact number was expected",
    "not_whole": "a whole number was expected",
    "too_many_decimals": "more decimal places than the field keeps",
    "too_large": "above the largest number allowed",
    "too_small": "below the smallest number allowed",
    "not_a_date": "a date was expected",
    "incomplete_date": "a date without its day, or without its month and day",
    "no_time_zone": "a moment with a time zone, where the rule set has none to take its day in",
    "formula_without_value": "a formula whose result was never saved",
    "cell_error": "a spreadsheet's error value, as #N/A",
    "not_a_code": "not on the field's code list",
    "not_text": "a text was expected",
    "lost_digits": "a number that has lost digits where text was expected",
    "bad_citizen_number": "not a valid citizen number",
    # one record
    "unknown_field": "there is no field of that name",
    "field_twice": "one field is given under two names",
    "not_a_table": "a list of records, or a record, was expected",
    "missing": "a required value is missing",
    "unmatchable_row": "a register row without a citizen number",
    "stated_otherwise": "what the table states beside contradicts the row",
    # one household
    "number_shared": "households without numbers of their own cannot be told apart",
    "member_rows": "rows of the household's members are at fault",
    "no_members": "the household has no members",
    "too_many_members": "the household has more members than can be read",
    "same_number_twice": "two members share a citizen number",
    "duplicate_member": "two members share a member_id",
    "education_or_school": "not exactly one of education and school_status",
    "heads": "not exactly one head of household",
    "too_many_causes": "more other causes than the form has room for",
    "same_cause": "a cause is given twice",
    # steps of the procedure
    "unknown_place": "no household of the roster is of that place, or it is not clear which is meant",
    "not_of_places": "the step is not recorded for a whole place of that kind",
    "steps_contradict": "two records of one step of a place contradict each other",
    # verdicts
    "unknown_rule": "there is no such rule to adjudicate",
    "bad_verdict": "the verdict cannot be used",
    "verdict_not_allowed": "the rule does not allow this verdict",
    "unknown_reason": "the reason is none of the pack's",
    "unsigned_verdict": "a verdict without evidence, officer and date",
    # acts
    "bad_act": "the act cannot be used",
    "wrong_head": "the act names another head than the roster has",
    "link_does_not_fit": "a link or verdict that names a row, where no row of that key fits",
    "stale_correction": "a correction of another value than the roster has",
    # logs
    "broken_log": "a log was damaged or changed, or is none",
    "unrecordable": "an event that would not be read back as it is",
    "log_moved": "somebody else appended to the log since it was read",
    # arguments
    "unknown_pack": "there is no such pack",
    "not_in_force": "the day lies outside the rule set's effect",
    "bad_json": "not valid JSON",
    "members_needed": "the expression needs the household's members",
    "bad_size": "not an amount of memory",
    "no_memory": "memory does not suffice",
    "beyond_bound": "larger, longer or deeper than is read",
    "file_failure": "a file could not be read or written",
    "missing_extra": "an optional library is not installed",
}


@dataclass(frozen=True)
class Problem:
    """One fault, with its place.

    Whatever it repeats of the input is shown as text and nothing more: without the number of
    anybody, in one line, and without signs that are orders to a terminal.

    Attributes:
        where: `file:line:column`, `sheet!row:column`, a path such as `members[2].labor`, or
            the name of an argument.
        what: what was found and what was expected.
        excerpt: the source line with the offending text underlined, or empty.
        suggestion: what the author probably meant, or None.
        code: what kind of fault it is, for programs: one of `CODES`.
        data: its parts, for programs: `field`, `value` as it may be shown (identity numbers
            and health are masked), `expected`, or the `argument` at fault; only those that the
            fault has.
    """

    where: str
    what: Words
    excerpt: str = ""
    suggestion: Words | None = None
    code: str = "invalid"
    data: Mapping[str, Any] = field(default_factory=dict, hash=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "where", shown_line(self.where))
        object.__setattr__(self, "what", _said(self.what))
        # A line of the source, with what marks the place in it.
        object.__setattr__(self, "excerpt", shown(self.excerpt))
        object.__setattr__(
            self, "suggestion", self.suggestion and Words(*map(shown, self.suggestion))
        )
        object.__setattr__(self, "data", shown_data(dict(self.data)))

    def to_dict(self) -> dict[str, Any]:
        """The problem as plain data, ready for JSON.

        >>> Problem("as_of", Words("太早", "too early"), code="not_in_force").to_dict()["what"]
        {'zh': '太早', 'en': 'too early'}
        """
        return {
            "code": self.code,
            "where": self.where,
            "what": self.what._asdict(),
            "excerpt": self.excerpt,
            "suggestion": self.suggestion._asdict() if self.suggestion else None,
            "data": dict(self.data),
        }

    def render(self, lang: Lang = "zh") -> str:
        """The problem as one to four lines of text.

        >>> print(Problem("a.yaml:1:2", Words("未知名称", "unknown name")).render("en"))
        a.yaml:1:2: unknown name
        """
        # A place that ends in Chinese, such as a sheet, stands in a Chinese sentence.
        between = "：" if lang == "zh" and "\u4e00" <= self.where[-1:] <= "\u9fff" else ": "
        lines = [f"{self.where}{between}{self.what.say(lang)}"]
        if self.excerpt:
            lines.append(self.excerpt)
        if self.suggestion:
            lines.append("  → " + self.suggestion.say(lang))
        return "\n".join(lines)


def _said(words: Words) -> Words:
    return Words(shown_line(words.zh), shown_line(words.en))


class ShibieError(Exception):
    """Base of every error that shibie raises on purpose; carries its problems."""

    def __init__(self, problems: Iterable[Problem] | Problem) -> None:
        self.problems = (problems,) if isinstance(problems, Problem) else tuple(problems)
        super().__init__("\n".join(problem.render("en") for problem in self.problems))

    def render(self, lang: Lang = "zh") -> str:
        """All problems, one after the other."""
        return "\n".join(problem.render(lang) for problem in self.problems)


class RulesetError(ShibieError):
    """The rule set does not load: the author of the pack must mend it."""


class InputError(ShibieError):
    """The roster, a register or an argument cannot be used at all."""


class MissingExtraError(ShibieError):
    """An optional library is not installed; the problem says which extra to install."""


def first_of(problems: Sequence[Problem], where: str, more: int = 0) -> list[Problem]:
    """The first problems of many, and how many more there are.

    Args:
        problems: that were found.
        where: what the others are of.
        more: how many were counted besides.

    >>> found = first_of([Problem(f"a.yaml:{line}:1", Words("错", "wrong")) for line in range(60)], "a.yaml")
    >>> len(found), found[-1].render("en")
    (51, 'a.yaml: 10 more problems')
    """
    more += max(0, len(problems) - FAULTS_SHOWN)
    rest = Problem(where, Words(f"另有 {more} 个问题", f"{more} more problems"))
    return [*problems[:FAULTS_SHOWN], *([rest] if more else [])]


def bad_argument(
    name: str,
    what: Words,
    suggestion: Words | None = None,
    *,
    code: str = "invalid",
    value: str = "",
) -> Problem:
    """The problem of an argument that cannot be used, or of one value of it.

    What people read names an argument in backticks, as `as_of` or `formats=docx`; the command
    line shows it as its option.

    >>> print(bad_argument("engine", Words("没有", "none"), value="rete").render("en"))
    engine=rete: none
    """
    where = f"{name}={value}" if value else name
    return Problem(where, what, suggestion=suggestion, code=code, data={"argument": name})


def cannot_load(
    where: str, library: str, error: ImportError, suggestion: Words, argument: str = ""
) -> MissingExtraError:
    """The error for an optional library, with what to install; `argument`: what asked for it.

    >>> print(cannot_load("PDF", "typst", ImportError("no"), Words("装", "install")).render("en"))
    PDF: typst cannot be loaded (no)
      → install
    """
    what = Words(f"未能载入 {library}（{error}）", f"{library} cannot be loaded ({error})")
    data = {"argument": argument} if argument else {}
    return MissingExtraError(
        Problem(where, what, suggestion=suggestion, code="missing_extra", data=data)
    )


def closest(name: str, known: Iterable[str]) -> str | None:
    """The known name most like `name`, or None when nothing is near.

    >>> closest("wage_incone", ["wage_income", "health"])
    'wage_income'
    """
    # Chinese words are short: one character of two already makes them half alike.
    cutoff = 0.6 if name.isascii() else 0.5
    names = list(islice(known, NAMES_COMPARED))
    matches = difflib.get_close_matches(name, names, n=1, cutoff=cutoff)
    return matches[0] if matches else None


def did_you_mean(name: str, known: Iterable[str]) -> Words | None:
    """A suggestion naming the closest known name, or None."""
    match = closest(name, known)
    if match is None:
        return None
    return Words(f"是否想写“{match}”？", f"did you mean '{match}'?")


def with_suggestion(what: Words, name: str, known: Iterable[str]) -> Words:
    """A complaint about a name that is not known, with the closest one that is.

    >>> with_suggestion(Words("没有“vehicel”", "no 'vehicel'"), "vehicel", ["vehicle"]).zh
    '没有“vehicel”，是否想写“vehicle”？'
    """
    near = did_you_mean(name, known)
    return Words(f"{what.zh}，{near.zh}", f"{what.en}; {near.en}") if near else what


def listed(names: Iterable[str], most: int = 12, lang: Lang = "en") -> str:
    """Names joined for a message, cut after `most`.

    >>> listed(["a", "b", "c"], most=2)
    'a, b, … (1 more)'
    >>> listed(["甲", "乙", "丙"], most=2, lang="zh")
    '甲、乙……（还有 1 个）'
    """
    everything = list(names)
    rest = len(everything) - most
    if lang == "zh":
        return "、".join(everything[:most]) + (f"……（还有 {rest} 个）" if rest > 0 else "")
    shown = ", ".join(everything[:most])
    return f"{shown}, … ({rest} more)" if rest > 0 else shown
