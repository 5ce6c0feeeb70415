"""Rows that may count, in words: what is asked of each, what is answered, and what there is to do."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from shibie.case import Case
from shibie.explanations.changed_cases import FactChange, Lever, owners_in
from shibie.explanations.differing_said import Differing
from shibie.explanations.doubtful_rows import DoubtfulRow, crowd_rows, doubtful_row
from shibie.ruleset.model import Register
from shibie.words.speaker import Speaker

MOST_ROWS, MOST_NAMES = 3, 3
_ROW = re.compile(r"(?P<register>\w+)\[(?P<row>\d+|\*)\]")
# What is asked of rows together: of which register, of whom each may be, and as which it may count
# again; or of the crowd of a register.
_Question = tuple[str, tuple[int, ...], int | None, bool]


def _is_crowd(lever: Lever) -> bool:
    return lever.kind == "crowd"


class Doubts:
    """Words for the doubtful rows of one case."""

    def __init__(self, speaker: Speaker, case: Case) -> None:
        ruleset = speaker.ruleset
        self.ruleset, self.case, self.lang = ruleset, case, speaker.lang
        self.speaker = speaker
        self.say = self.speaker.say
        self.differing = Differing(ruleset, case, self.speaker)

    # --- what is asked ------------------------------------------------------------------

    def unknown(self, paths: Iterable[str]) -> list[str]:
        """The paths of unknown facts in words, rows of which the same is asked together."""
        household = self.case.household
        told: list[str] = []
        levers: list[Lever] = []
        for path in paths:
            found = _ROW.fullmatch(path)
            if found is None:
                told.append(self.speaker.unknown(household, path) + self.differing.of_path(path))
                continue
            name, row = found["register"], found["row"]
            kind = "crowd" if row == "*" else "whose"
            number = 0 if row == "*" else int(row)
            levers.append(Lever(kind, name, None, name, number))  # type: ignore[arg-type]
        return [*told, *self.names(levers)]

    def names(self, levers: Iterable[Lever]) -> list[str]:
        """What is asked of rows, those of which the same is asked together."""
        together: dict[_Question, list[Lever]] = {}
        for lever in levers:
            together.setdefault(self._question(lever), []).append(lever)
        return [self._name(question, several) for question, several in together.items()]

    def _question(self, lever: Lever) -> _Question:
        doubt = self._doubt(lever)
        if doubt is None:
            return lever.register, (), None, _is_crowd(lever)
        earlier = doubt.earlier.number if doubt.earlier and doubt.surely_his else None
        return lever.register, doubt.members, earlier, False

    def _name(self, question: _Question, levers: Sequence[Lever]) -> str:
        name, members, earlier, crowd = question
        if crowd:
            rows, whose = self._crowd(name), self._here()
            return self.say(
                f"{rows}（认不出是谁，可能是任何人）说的是不是{whose}",
                f"whether {rows}, which may be about anyone, is about {whose}",
            )
        rows = self._rows(name, [lever.row for lever in levers])
        if earlier is not None:
            other = self.speaker.other_row(earlier)
            return self.say(
                f"{rows}与{other}是一件还是两件",
                f"whether {rows} is {other} again or a further thing",
            )
        whose = self._people(members)
        return self.say(f"{rows}是否说的是{whose}", f"whether {rows} is about {whose}")

    # --- what is answered ---------------------------------------------------------------

    def answers(self, changes: Iterable[FactChange]) -> list[str]:
        """Answers about rows; those of which the same is answered together."""
        told: list[str] = []
        alike: dict[tuple[_Question, str], list[FactChange]] = {}
        for change in changes:
            if _is_crowd(change.lever):
                told.append(self._crowd_answer(change))
            else:
                question = self._question(change.lever)
                alike.setdefault((question, str(change.value)), []).append(change)
        for ((_, _, earlier, _), owner), several in alike.items():
            if len(several) > 1:
                told.append(self._together(earlier, owner, several))
            elif owner:
                told.append(self._counts(several[0]))
            else:
                told.append(self._falls_away(several[0]))
        return told

    def _together(self, earlier: int | None, owner: str, changes: Sequence[FactChange]) -> str:
        """Several rows that are somebody's each, or fall away for the same reason."""
        lever = changes[0].lever
        rows = self._rows(lever.register, [change.lever.row for change in changes])
        other = self.speaker.other_row(earlier or 0)
        if earlier is not None and owner:
            return self.say(
                f"{rows}与{other}都是不同的几件",
                f"{self._instead(rows, 'each')} is a further thing than {other}",
            )
        if earlier is not None:
            return self.say(
                f"{rows}与{other}都是一件（重复报送）",
                f"{self._instead(rows, 'each')} is {other} again",
            )
        if owner:
            who = self.speaker.person(self.case.household, owner)
            return self.say(f"{rows}说的都是{who}", f"{self._instead(rows, 'each')} is about {who}")
        doubt = self._doubt(lever)
        whose = self._person(doubt.members if doubt else ())
        return self.say(
            f"{rows}说的都不是{whose}", f"{self._instead(rows, 'none')} is about {whose}"
        )

    @staticmethod
    def _instead(rows: str, word: str) -> str:
        return rows.replace("any", word, 1)

    def _counts(self, change: FactChange) -> str:
        """That a row is somebody's, and a thing by itself."""
        lever, doubt = change.lever, self._doubt(change.lever)
        row = self._rows(lever.register, [lever.row])
        who = self.speaker.person(self.case.household, str(change.value))
        earlier = doubt.earlier.number if doubt and doubt.earlier else None
        other = self.speaker.other_row(earlier or 0)
        if doubt is not None and doubt.surely_his:
            return self.say(f"{row}与{other}是两件", f"{row} is another than {other}")
        if earlier is not None:
            return self.say(
                f"{row}说的是{who}，且与{other}是两件",
                f"{row} is about {who}, and another than {other}",
            )
        return self.say(f"{row}说的是{who}", f"{row} is about {who}")

    def _falls_away(self, change: FactChange) -> str:
        lever, doubt = change.lever, self._doubt(change.lever)
        row = self._rows(lever.register, [lever.row])
        whose = self._person(doubt.members if doubt else ())
        if doubt is not None and doubt.earlier is not None:
            other = self.speaker.other_row(doubt.earlier.number)
            if doubt.surely_his:
                return self.say(f"{row}与{other}是一件（重复报送）", f"{row} is {other} again")
            return self.say(
                f"{row}说的不是{whose}，或与{other}是一件",
                f"{row} is not about {whose}, or is {other} again",
            )
        return self.say(f"{row}说的不是{whose}", f"{row} is not about {whose}")

    def _crowd_answer(self, change: FactChange) -> str:
        name, here = change.lever.register, self._here()
        whose = [*owners_in(change)]
        if not whose:
            rows, every = self._crowd(name), self._all(len(crowd_rows(name, self.case)))
            return self.say(f"{rows}说的{every}不是{here}", f"{rows} is not about {here}")
        people = (self.speaker.person(self.case.household, member) for _, member in whose)
        who = self.speaker.joined(dict.fromkeys(people))
        rows = self._first_of(name, [row for row, _ in whose])
        return self.say(f"{rows}说的是{who}", f"{rows} is about {who}")

    # --- what there is to do ------------------------------------------------------------

    def how(self, levers: Iterable[Lever]) -> list[str]:
        """What an officer can do to find it out, each once."""
        told: list[str] = []
        to_find: list[Lever] = []
        for lever in levers:
            doubt = self._doubt(lever)
            if lever.kind == "column":
                told += self.differing.how(lever.register, lever.row, lever.name)
            elif doubt is not None and doubt.surely_his:
                told.append(self._how_twice(self.ruleset.registers[lever.register], doubt))
            else:
                to_find.append(lever)
        return list(dict.fromkeys([*told, *self._how_whose(to_find)]))

    def _how_whose(self, levers: Sequence[Lever]) -> list[str]:
        if not levers:
            return []
        registers = dict.fromkeys(lever.register for lever in levers)
        titles = self.speaker.joined(self.ruleset.registers[name].title for name in registers)
        find = self.say(
            f"在{titles}中补上证件号码，或在“办理”表中写一行“关联”，写明说的是谁",
            f"find the citizen number in {titles}, or record with an act (link) whom it is about",
        )
        crowds = dict.fromkeys(lever.register for lever in levers if _is_crowd(lever))
        if not crowds:
            return [find]
        apart = self.speaker.joined(self.ruleset.registers[name].title for name in crowds)
        set_aside = self.say(
            f"；确实查不出的，可将{apart}中认不出是谁的记录搁置，所有结果都会注明",
            f"; where that cannot be done, such rows of {apart} may be set aside, which every output says",
        )
        return [find + set_aside]

    def _how_twice(self, register: Register, doubt: DoubtfulRow) -> str:
        columns = self.ruleset.field_specs(register.name)
        both = [row for row in (doubt.row, doubt.earlier) if row is not None]
        blank = [
            columns[name]
            for name in register.key
            if any(row.values.get(name) is None for row in both)
        ]
        if not blank:
            return self.say(
                f"与提供{register.title}的单位核对；是一件的删去重复的一行",
                f"ask whoever delivered {register.title}; a row that came twice is left out",
            )
        titles = self.speaker.joined(
            spec.name.replace("_", " ") if self.speaker.is_foreign else spec.title for spec in blank
        )
        return self.say(
            f"与提供{register.title}的单位核对：补上{titles}，或删去重复的一行",
            f"ask whoever delivered {register.title}: fill in {titles}, or leave out a row that"
            " came twice",
        )

    # --- parts --------------------------------------------------------------------------

    def _doubt(self, lever: Lever) -> DoubtfulRow | None:
        if lever.kind != "whose":
            return None
        return doubtful_row(self.ruleset.registers[lever.register], self.case, lever.row)

    def _rows(self, register: str, rows: Sequence[int]) -> str:
        return self.speaker.rows(register, rows)

    def _crowd(self, register: str) -> str:
        """The rows that tell nobody apart."""
        return self._first_of(register, [*crowd_rows(register, self.case)])

    def _first_of(self, register: str, rows: Sequence[int]) -> str:
        """Rows, of many the first by their numbers."""
        if len(rows) <= MOST_ROWS:
            return self._rows(register, rows)
        return self.speaker.rows(register, rows[:MOST_ROWS], len(rows))

    def _all(self, many: int) -> str:
        return "都" if many > 1 else ""

    def _people(self, members: Sequence[int]) -> str:
        """Whom a row may be about: a name, or the household with several names."""
        household = self.case.household
        if len(members) < 2 or len(members) > MOST_NAMES:
            return self._person(members)
        names = (
            self.speaker.person(household, household.members[index].member_id) for index in members
        )
        listed = self.speaker.joined(dict.fromkeys(names))
        return self.say(f"{self._here()}（{listed}）", f"{self._here()} ({listed})")

    def _person(self, members: Sequence[int]) -> str:
        """Of whom it is not, where it is of nobody here: a name where it may be his only."""
        household = self.case.household
        if len(members) != 1:
            return self._here()
        return self.speaker.person(household, household.members[members[0]].member_id)

    def _here(self) -> str:
        return self.say("本户的人", "anybody here")
