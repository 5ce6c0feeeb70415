"""durable-rules behind a guard: one quiet host, small rule sets, nothing swallowed.

What the guard is against (durable-rules 2.0.28):

- the default host runs actions in background threads → `_run` does nothing here;
- an event fires only one of several matching rules → only facts are asserted;
- `$or`, `$neq`, `$nex`, `$iall`, floats, large and mixed values misbehave → a fact is one
  short text, a test is one equality, a join has two facts;
- more than about 300 rules or 64 tests at one level fail → a network is cut into modules;
- more than 1,024 sids fail → sids are reused from a small pool;
- an action's exception is swallowed into the state and shown for the next household →
  caught here and raised with the household's id, the state deleted in any case;
- an action that took more than ten seconds is dropped silently → noticed, and refused;
- deleting a state in which no action ever ran frees memory that was never set, and may
  kill the process → every state begins with a rule that fires, and only begun ones are
  deleted;
- registering consumes the definition, and rebuilding leaks → each network is registered
  once, from a definition made for it;
- an action does not say for which of several threads it runs → threads take turns.
"""

from __future__ import annotations

import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from shibie.engines.rete.network import Gate, Network
from shibie.errors import Words, cannot_load

GATES_PER_MODULE = 12
# durable-rules drops an action after ten seconds; a run that long cannot be trusted.
TRUSTED_SECONDS = 9.0
SIDS = 512
# A C function that it calls has another name from Python 3.13 on; elsewhere that does no harm.
# One built without it may be installed or cached.
INSTALL = (
    "CC='cc -DPyEval_CallObject=PyObject_CallObject'"
    " pip install --no-cache-dir --force-reinstall durable-rules"
)
BEGIN = "begin"


def durable_host() -> Any:
    """The `Host` class of durable-rules.

    Raises:
        MissingExtraError: saying what to do, where it cannot be imported.
    """
    try:
        from durable.engine import Host
    except ImportError as error:
        raise cannot_load(
            "engine=rete",
            "durable-rules",
            error,
            Words(
                f"它要用 C 编译器编译：{INSTALL}；或改用 `engine=interpreter`，结果相同",
                f"it is built by a C compiler: {INSTALL}; "
                "or use `engine=interpreter`, which decides the same",
            ),
            argument="engine",
        ) from error
    return Host


class ChainingError(RuntimeError):
    """An action failed, or could not be trusted; names the household."""


_hosts: list[Any] = []
# Held while something is registered, told or deleted; actions run in the thread that holds it.
TURN = threading.RLock()


def quiet_host() -> Any:
    """The one host of this process, without background threads."""
    if not _hosts:
        # No dispatching threads: actions run where facts are asserted.
        quiet = type("QuietHost", (durable_host(),), {"_run": lambda _: None})
        _hosts.append(quiet())
    return _hosts[0]


class Chaining:
    """A registered network, run for one household at a time or kept for several.

    Attributes:
        observers: called with each new conclusion; a test's way to look inside.
    """

    _registered = 0

    def __init__(self, network: Network, tracks: Sequence[str] = ()) -> None:
        with TURN:
            self.host = quiet_host()
            Chaining._registered += 1
            self.prefix = f"n{Chaining._registered}_"
        self.modules: list[str] = []
        self.consumers: defaultdict[str, list[str]] = defaultdict(list)
        self.current: Session | None = None
        self.observers: list[Callable[[str, str], None]] = []
        self.free = [str(number) for number in range(1, SIDS + 1)]
        for start in range(0, len(network.gates), GATES_PER_MODULE):
            self._register(network.gates[start : start + GATES_PER_MODULE])
        for start in range(0, len(tracks), GATES_PER_MODULE):
            self._register_tracks(
                network.eligible.known(True), tracks[start : start + GATES_PER_MODULE]
            )

    def _register(self, gates: Iterable[Gate]) -> None:
        rules: dict[str, Any] = {}
        heard: set[str] = set()
        for gate in gates:
            for number, (inputs, conclusion) in enumerate(_conclusions(gate)):
                rules[f"g{gate.out}_{number}"] = {
                    "all": [{f"m{place}": {"k": fact}} for place, fact in enumerate(inputs)],
                    "run": self._action(conclusion),
                }
                heard.update(inputs)
        self._add(rules, heard)

    def _add(self, rules: dict[str, Any], heard: Iterable[str]) -> None:
        """Register one module, which hears these facts."""
        name = f"{self.prefix}{len(self.modules)}"
        rules[BEGIN] = {"all": [{"m0": {"k": BEGIN}}], "run": _nothing}
        with TURN:
            self.host.register_rulesets({name: rules})
        self.modules.append(name)
        for fact in heard:
            self.consumers[fact].append(name)

    def _register_tracks(self, eligible: str, tracks: Sequence[str]) -> None:
        """An eligible household, and a track that is due to someone: the track is given."""
        rules = {
            f"t{number}": {
                "all": [{"m0": {"k": eligible}}, {"m1": {"k": due(track)}}],
                "run": self._granting(track),
            }
            for number, track in enumerate(tracks)
        }
        self._add(rules, [eligible, *(due(track) for track in tracks)])

    def _granting(self, track: str) -> Callable[[Any], None]:
        def run(context: Any) -> None:
            session = self.current
            assert session is not None
            try:
                session.granted.add((track, str(context.m1.who)[1:]))
            except BaseException as error:
                session.failures.append(error)

        return run

    def _action(self, conclusion: str) -> Callable[[Any], None]:
        def run(context: Any) -> None:
            session = self.current
            assert session is not None
            try:
                session.concluded(conclusion)
            except BaseException as error:
                session.failures.append(error)
            del context

        return run

    def session(self, household_id: str) -> Session:
        """A fresh state for one household.

        Raises:
            ChainingError: when more are open at once than durable-rules can hold.
        """
        if not self.free:
            raise ChainingError(f"more than {SIDS} households are open at once")
        return Session(self, self.free.pop(), household_id)


class Session:
    """What is known of one household; its state is deleted when it is closed."""

    def __init__(self, chaining: Chaining, sid: str, household_id: str) -> None:
        self.chaining, self.sid, self.household_id = chaining, sid, household_id
        self.known: set[str] = set()
        self.granted: set[tuple[str, str]] = set()
        self.begun: set[str] = set()
        self.pending: list[tuple[str, str]] = []
        self.failures: list[BaseException] = []

    def __enter__(self) -> Session:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def concluded(self, fact: str, who: str = "") -> None:
        """Note a conclusion; it is asserted once, however many rules reach it."""
        key = f"{fact} {who}" if who else fact
        if key not in self.known:
            self.known.add(key)
            self.pending.append((fact, who))
            for observer in self.chaining.observers:
                observer(self.household_id, fact)

    def tell(self, facts: Iterable[str], due_tracks: Iterable[tuple[str, str]] = ()) -> None:
        """Assert facts and let conclusions follow.

        Args:
            facts: what is known of signals, e.g. `12T`.
            due_tracks: (track, whom) whose condition is true; whom is empty for the
                household.

        Raises:
            ChainingError: when an action failed, with the household's id.
        """
        for fact in facts:
            self.concluded(fact)
        for track, who in due_tracks:
            self.concluded(due(track), f".{who}")
        with TURN:
            self.chaining.current = self
            try:
                self._assert_pending()
            finally:
                self.chaining.current = None
                self.pending.clear()
                self.failures.clear()

    def _assert_pending(self) -> None:
        """Assert what was told or concluded, until nothing more follows."""
        host = self.chaining.host
        while self.pending:
            fact, who = self.pending.pop()
            for module in self.chaining.consumers.get(fact, ()):
                if module not in self.begun:
                    self.begun.add(module)
                    host.assert_fact(module, {"sid": self.sid, "k": BEGIN, "who": ""})
                started = time.monotonic()
                host.assert_fact(module, {"sid": self.sid, "k": fact, "who": who})
                if time.monotonic() - started > TRUSTED_SECONDS:
                    self.failures.append(TimeoutError("the chaining was interrupted too long"))
            if self.failures:
                first = self.failures[0]
                raise ChainingError(f"household {self.household_id}: {first}") from first

    def close(self) -> None:
        """Delete the state in every module that was told something; give the sid back."""
        if self.sid:
            with TURN:
                for module in self.begun:
                    self.chaining.host.delete_state(module, self.sid)
            self.chaining.free.append(self.sid)
            self.sid = ""
            self.known.clear()
            self.granted.clear()


def _nothing(context: Any) -> None:
    del context


def due(track: str) -> str:
    """The fact that a track's condition is true of someone."""
    return f"due:{track}"


def _conclusions(gate: Gate) -> Iterator[tuple[tuple[str, ...], str]]:
    """The three rules of a gate: which facts lead to which."""
    either = gate.kind == "or"
    yield (gate.left.known(either),), f"{gate.out}{'T' if either else 'F'}"
    yield (gate.right.known(either),), f"{gate.out}{'T' if either else 'F'}"
    inputs = (gate.left.known(not either), gate.right.known(not either))
    yield inputs, f"{gate.out}{'F' if either else 'T'}"
