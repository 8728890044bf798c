"""Who should have sent something by now."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from judging.found import Judged, Wrong
from judging.freshness import Freshness
from judging.readings import Client
from judging.watched import Watched
from rules.rule import Rule

GIVEN_UP = 7 * 86_400.0  # seconds after which nobody expects a client any more


class Silences:
    def __init__(self, rules: Iterable[Rule], watched: Watched, grace: float) -> None:
        self._rules = [rule for rule in rules if rule.kind == "silencio"]
        self._watched, self._grace = watched, grace
        self._matching: dict[str, list[str]] = {rule.name: [] for rule in self._rules}
        self._known: set[str] = set()

    def by_rhythm(self, client: str) -> bool:
        """Whether a rule judges this client by its own rhythm."""
        return any(
            rule.after is None and (rule.names is None or rule.names.match(client))
            for rule in self._rules
        )

    def judge(
        self, at: float, clients: Mapping[str, Client], freshness: Freshness
    ) -> Iterable[Judged]:
        """While the numbers are stale, and in the grace thereafter, nobody falls silent."""
        self._meet(clients)
        since = freshness.since
        judging = since is not None and at >= since + self._grace
        return [self._judge(rule, at, since if judging else None) for rule in self._rules]

    def _judge(self, rule: Rule, at: float, since: float | None) -> Judged:
        """*since* is from when on silence counts; None: not at all."""
        wrong: dict[str, Wrong] = {}
        held: set[str] = set()
        for name in self._subjects(rule):
            last, due = self._expected(rule, name, since or at)
            if due is None or at < due:
                continue
            if at - due > GIVEN_UP and name in self._watched.rhythms and not is_named(rule):
                self._give_up(rule, name, at)
            elif since is None or at < max(last, since) + (due - last):
                held.add(name)  # what is missing may have been sent in an outage
            else:
                heard = last if name in self._watched.rhythms else None
                wrong[name] = Wrong(heard, at - last, due - last)
        return Judged(rule, wrong, held.__contains__)

    def _expected(self, rule: Rule, name: str, since: float) -> tuple[float, float | None]:
        """When it was heard last, and by when it should have been heard again."""
        rhythm = self._watched.rhythms.get(name)
        last = rhythm.last if rhythm else since
        return last, last + rule.after if rule.after else self._watched.due(name)

    def _give_up(self, rule: Rule, name: str, at: float) -> None:
        if rule.after is None:
            self._watched.forget(name, at)

    def _subjects(self, rule: Rule) -> list[str]:
        assert rule.names is not None  # noqa: S101 - a silence is always somebody's
        one = rule.names.one
        return self._matching[rule.name] if one is None else [one]

    def _meet(self, clients: Mapping[str, Client]) -> None:
        if len(clients) == len(self._known):
            return
        for name in clients.keys() - self._known:
            self._known.add(name)
            for rule in self._rules:
                if rule.names is None or rule.names.match(name):
                    self._matching[rule.name].append(name)


def is_named(rule: Rule) -> bool:
    """Whether the rule names the one client that it is about."""
    return rule.names is not None and rule.names.one is not None
