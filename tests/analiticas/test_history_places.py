"""Who has a series of its own, and what is said of those who have none."""

from typing import Any

from database.connection import Connection
from history.history import History, Places
from history.query import NotKeptError
from tests.history_questions import DAY, NOW, ask, moment, whole


def test_a_series_without_counts_gives_its_place_back(db: Connection) -> None:
    """After a year of silence a name is forgotten, and its place is free."""
    history = History(db, places=Places(clients=1, types=1, pairs=1))
    history.fold({("old", "clic", NOW): 1}, moment(NOW))
    later = NOW + 370 * DAY
    history.prune(moment(later))
    history.fold({("new", "clic", later): 1}, moment(later))

    assert ask(history, later + 1)["series"][0]["cliente"] == "new"
    assert ask(history, later + 1)["completo"]


def filled(db: Connection) -> History:
    """Two clients have the only places, a third found none, and one of the two goes quiet."""
    history = History(db, places=Places(clients=2, types=9, pairs=9))
    history.fold({("quiet", "clic", NOW): 5, ("busy", "clic", NOW): 7}, moment(NOW))
    history.fold({("late", "clic", NOW + 6 * DAY): 9}, moment(NOW + 6 * DAY))
    history.fold({("busy", "clic", NOW + 6 * DAY): 11}, moment(NOW + 6 * DAY))
    return history


def test_who_goes_quiet_makes_room(db: Connection) -> None:
    """Where clients are refused, one without events for two days and more loses its place."""
    history, later = filled(db), NOW + 6 * DAY + 100
    assert refused(history, later, "late")

    history.prune(moment(later))
    assert not refused(history, later + 1000, "busy", ventana=60)
    history.fold({("late", "clic", later): 1}, moment(later))

    assert whole(history, later + 1, cliente="late", ventana=60) == [0] * 59 + [1]


def test_nobody_leaves_for_nobody(db: Connection) -> None:
    """As long as no one is refused, full places stay as they are."""
    history = History(db, places=Places(clients=1, types=1, pairs=1))
    history.fold({("quiet", "clic", NOW): 5}, moment(NOW))

    history.prune(moment(NOW + 30 * DAY))

    assert sum(whole(history, NOW + 30 * DAY, cliente="quiet", ventana=40 * DAY)) == 5


def test_an_answer_that_lacks_events_says_so(db: Connection) -> None:
    """Until its window is past all that a series missed, it is not complete; otros stays exact."""
    history, later = filled(db), NOW + 6 * DAY + 100
    history.prune(moment(later))
    history.fold({("late", "clic", later): 1}, moment(later))

    early = ask(history, later + 1, por="cliente", ventana=10 * DAY)
    recent = ask(history, later + 1, por="cliente", ventana=60)

    assert not early["completo"]
    assert [(s["cliente"], s["total"]) for s in early["series"]] == [("busy", 18), ("late", 1)]
    assert sum(early["otros"]) == 5 + 9
    assert recent["completo"]
    assert refused(history, later, "quiet", ventana=10 * DAY)


def refused(history: History, now: float, cliente: str, **query: Any) -> bool:
    try:
        ask(history, now, cliente=cliente, **query)
    except NotKeptError as error:
        return cliente in str(error)
    return False


def test_pairs_begin_only_with_their_client_and_type(db: Connection) -> None:
    """A pair whose client found no place gets none: it would count more than its client ever."""
    history = History(db, places=Places(clients=1, types=9, pairs=9))
    history.fold({("first", "clic", NOW): 1, ("second", "clic", NOW): 9}, moment(NOW))

    answer = ask(history, NOW + 1, evento="clic")

    assert [s["cliente"] for s in answer["series"]] == ["first"]
    assert sum(answer["otros"]) == 9


def test_pairs_need_a_type_with_a_series_too(db: Connection) -> None:
    """Of a type that found no place there are no pairs either, and otros has its events."""
    history = History(db, places=Places(clients=9, types=1, pairs=9))
    history.fold({("web", "clic", NOW): 1, ("web", "pago", NOW): 9}, moment(NOW))

    answer = ask(history, NOW + 1, cliente="web")

    assert [s["evento"] for s in answer["series"]] == ["clic"]
    assert sum(answer["otros"]) == 9
