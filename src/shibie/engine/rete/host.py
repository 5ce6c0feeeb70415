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
- registering consumes the definition, and rebuilding leaks → each network is registered
  once, from a definition made for it.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from shibie.engine.rete.network import Gate, Network
from shibie.errors import MissingExtraError, Problem, Words

GATES_PER_MODULE = 12
# durable-rules drops an action after ten seconds; a run that long cannot be trusted.
TRUSTED_SECONDS = 9.0
SIDS = 512


def durable_host() -> Any:
    """The `Host` class of durable-rules.

    Raises:
        MissingExtraError: saying what to do, where it cannot be imported.
    """
    try:
        from durable.engine import Host
    except ImportError as error:
        raise MissingExtraError(
            Problem(
                "--engine rete",
                Words(
                    f"未能载入 durable-rules({error})",
                    f"durable-rules cannot be loaded ({error})",
                ),
                suggestion=Words(
                    "需要 Python 3.12 或更早版本与 C 编译器:pip install 'shibie[rete]';"
                    "或改用 --engine interpreter,结果相同",
                    "it needs Python 3.12 or older and a C compiler: pip install 'shibie[rete]'; "
                    "or use --engine interpreter, which decides the same",
                ),
            )
        ) from error
    return Host


class ChainingError(RuntimeError):
    """An action failed, or could not be trusted; names the household."""


_hosts: list[Any] = []


def quiet_host() -> Any:
    """The one host of this process, without background threads."""
    if not _hosts:
        base = durable_host()

        class QuietHost(base):  # type: ignore[misc]
            def _run(self) -> None:
                """No dispatching threads: actions run where facts are asserted."""

        _hosts.append(QuietHost())
    return _hosts[0]


class Chaining:
    """A registered network, run for one household at a time or kept for several.

    Attributes:
        observers: called with each new conclusion; a test's way to look inside.
    """

    _registered = 0

    def __init__(self, network: Network) -> None:
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

    def _register(self, gates: Iterable[Gate]) -> None:
        name = f"{self.prefix}{len(self.modules)}"
        rules: dict[str, Any] = {}
        heard: set[str] = set()
        for gate in gates:
            for number, (inputs, conclusion) in enumerate(_conclusions(gate)):
                rules[f"g{gate.out}_{number}"] = {
                    "all": [{f"m{place}": {"k": fact}} for place, fact in enumerate(inputs)],
                    "run": self._action(conclusion),
                }
                heard.update(inputs)
        self.host.register_rulesets({name: rules})
        self.modules.append(name)
        for fact in heard:
            self.consumers[fact].append(name)

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
        self.pending: list[str] = []
        self.failures: list[BaseException] = []

    def __enter__(self) -> Session:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def concluded(self, fact: str) -> None:
        """Note a conclusion; it is asserted once, however many rules reach it."""
        if fact not in self.known:
            self.known.add(fact)
            self.pending.append(fact)
            for observer in self.chaining.observers:
                observer(self.household_id, fact)

    def tell(self, facts: Iterable[str]) -> None:
        """Assert facts and let conclusions follow.

        Raises:
            ChainingError: when an action failed, with the household's id.
        """
        for fact in facts:
            self.concluded(fact)
        host, self.chaining.current = self.chaining.host, self
        try:
            while self.pending:
                fact = self.pending.pop()
                for module in self.chaining.consumers.get(fact, ()):
                    started = time.monotonic()
                    host.assert_fact(module, {"sid": self.sid, "k": fact})
                    if time.monotonic() - started > TRUSTED_SECONDS:
                        self.failures.append(TimeoutError("the chaining was interrupted too long"))
                if self.failures:
                    first = self.failures[0]
                    raise ChainingError(f"household {self.household_id}: {first}") from first
        finally:
            self.chaining.current = None
            self.pending.clear()
            self.failures.clear()

    def close(self) -> None:
        """Delete the state in every module and give the sid back."""
        if self.sid:
            for module in self.chaining.modules:
                self.chaining.host.delete_state(module, self.sid)
            self.chaining.free.append(self.sid)
            self.sid = ""
            self.known.clear()


def _conclusions(gate: Gate) -> Iterator[tuple[tuple[str, ...], str]]:
    """The three rules of a gate: which facts lead to which."""
    either = gate.kind == "or"
    yield (gate.left.known(either),), f"{gate.out}{'T' if either else 'F'}"
    yield (gate.right.known(either),), f"{gate.out}{'T' if either else 'F'}"
    inputs = (gate.left.known(not either), gate.right.known(not either))
    yield inputs, f"{gate.out}{'F' if either else 'T'}"
