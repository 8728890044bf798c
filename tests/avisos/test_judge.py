"""What fires, when, and what ends it: round by round, with a clock of the test's own."""

from collections.abc import Iterable

from judging.alarms import Alert
from judging.judge import Judge
from judging.readings import Band, Reading, Status
from rules.rule import Names, Rule
from tests.avisos.readings import WELL, reading

T = 1_790_000_000.0
SILENT = Rule("silencio", "silencio", Names("*"), after=30)
STALE = Rule("datos", "datos", after=30)
AWAY = Status("reconectando", T, "ok", 0, 0.0)


def judge_of(*rules: Rule, firing: Iterable[Alert] = (), grace: float = 60) -> Judge:
    return Judge(rules, "UTC", grace, firing)


def told(changes: list[Alert]) -> list[tuple[str, str, bool]]:
    return [(each.rule, each.subject, each.resolved is None) for each in changes]


def rounds(judge: Judge, *readings: Reading) -> list[Alert]:
    return [change for each in readings for change in judge.judge(each)]


def test_a_client_that_falls_silent_fires_once_and_is_over_with_its_next_event() -> None:
    """The alert says since when, and how long is usual."""
    judge = judge_of(SILENT)
    fired = rounds(judge, *(reading(T + i, {"web": (1, T)}) for i in range(60)))
    (alert,) = fired

    assert (alert.subject, alert.since, alert.fired, alert.limit) == ("web", T, T + 30, 30)
    assert told(judge.judge(reading(T + 60, {"web": (2, T + 60)}))) == [("silencio", "web", False)]
    assert judge.judge(reading(T + 61, {"web": (2, T + 60)})) == []


def test_an_outage_is_one_alert_and_not_one_for_each_client() -> None:
    """Silence counts from its end on; who fires already neither ends nor fires again."""
    judge = judge_of(SILENT, STALE)
    names = [f"c{i}" for i in range(50)]
    rounds(judge, reading(T, dict.fromkeys([*names, "gone"], (1, T))))
    before = rounds(judge, reading(T + 29, dict.fromkeys(names, (2, T + 29)) | {"gone": (1, T)}))
    before += rounds(judge, reading(T + 31, dict.fromkeys(names, (3, T + 31)) | {"gone": (1, T)}))
    during = rounds(judge, *(reading(T + 32 + i, status=None) for i in range(600)))
    after = rounds(
        judge,
        *(
            reading(T + 632 + i, dict.fromkeys(names, (3, T + 31)) | {"gone": (1, T)})
            for i in range(60)
        ),
    )

    assert told(before) == [("silencio", "gone", True)]
    assert told(during) == [("datos", "", True)]
    assert told(after) == [("datos", "", False)]
    late = rounds(
        judge, reading(T + 692, dict.fromkeys(names[1:], (4, T + 690)) | {"c0": (3, T + 31)})
    )
    assert told(late) == [("silencio", "c0", True)]


def test_whoever_comes_back_in_an_outage_s_grace_is_over_at_once() -> None:
    """The grace is for those who are still away."""
    judge = judge_of(SILENT)
    rounds(judge, reading(T, {"a": (1, T)}), reading(T + 31, {"a": (1, T)}))
    rounds(judge, reading(T + 32, status=AWAY), reading(T + 33, {"a": (1, T)}))

    assert told(judge.judge(reading(T + 34, {"a": (2, T + 34)}))) == [("silencio", "a", False)]


def test_numbers_are_stale_for_many_reasons() -> None:
    """No answer, no broker, one that takes nothing, a pause, a backlog: each is named."""
    for status, why in (
        (None, "sin_respuesta"),
        (AWAY._replace(since=T + 1), "sin_broker"),
        (AWAY._replace(since=T + 1, broker="bloqueado"), "broker_bloqueado"),
        (WELL._replace(refuses=True), "broker_rechaza"),
        (WELL._replace(store="en_pausa"), "almacen_en_pausa"),
        (WELL._replace(lag=11.0), "con_atraso"),
    ):
        judge = judge_of(STALE)
        rounds(judge, reading(T))
        (alert,) = rounds(judge, *(reading(T + 1 + i, status=status) for i in range(40)))

        assert (alert.note, alert.since, alert.fired) == (why, T + 1, T + 31)


def test_numbers_are_stale_since_the_question_that_nobody_answered() -> None:
    """However long it was waited for an answer; or since the analytics lost their broker."""
    silent = judge_of(STALE)
    rounds(silent, reading(T))
    lost = judge_of(STALE)
    rounds(lost, reading(T + 9))

    (alert,) = rounds(silent, *(Reading(T + i + 5, asked=T + i) for i in range(1, 90, 5)))
    assert (alert.since, alert.fired) == (T + 1, T + 31)
    (alert,) = rounds(lost, *(reading(T + i, status=AWAY) for i in range(10, 60)))
    assert (alert.since, alert.fired) == (T, T + 30)


def test_a_restart_goes_on_with_what_fires() -> None:
    """Neither is it fired again, nor is its end overlooked."""
    (alert,) = rounds(judge_of(SILENT), reading(T, {"a": (1, T)}), reading(T + 31, {"a": (1, T)}))
    again = judge_of(SILENT, firing=[alert])

    assert rounds(again, reading(T + 40, {"a": (1, T)})) == []
    assert told(again.judge(reading(T + 41, {"a": (2, T + 41)}))) == [("silencio", "a", False)]


def test_who_was_heard_while_the_service_was_away_and_is_silent_again() -> None:
    """That silence is over, and this is another one."""
    (alert,) = rounds(judge_of(SILENT), reading(T, {"a": (1, T)}), reading(T + 31, {"a": (1, T)}))
    again = judge_of(SILENT, firing=[alert])
    assert rounds(again, reading(T + 40, {"a": (1, T + 0.999)})) == []
    changes = rounds(judge_of(SILENT, firing=[alert]), reading(T + 90, {"a": (2, T + 50)}))

    assert told(changes) == [("silencio", "a", False), ("silencio", "a", True)]
    assert [each.since for each in changes] == [T, T + 50]


def test_a_restart_right_after_an_outage_calls_nobody_silent() -> None:
    """The analytics say since when they hear the broker."""
    judge = judge_of(SILENT)
    fresh = WELL._replace(since=T + 90)

    assert rounds(judge, reading(T + 100, {"a": (1, T)}, status=fresh)) == []
    assert rounds(judge, reading(T + 149, {"a": (1, T)}, status=fresh)) == []
    assert told(judge.judge(reading(T + 150, {"a": (1, T)}, status=fresh))) == [
        ("silencio", "a", True)
    ]


def test_a_rule_that_is_no_more_ends_what_it_fired() -> None:
    """Else it would fire for ever."""
    (alert,) = rounds(judge_of(SILENT), reading(T, {"a": (1, T)}), reading(T + 31, {"a": (1, T)}))
    without = judge_of(STALE, firing=[alert])

    assert told(without.judge(reading(T + 40))) == [("silencio", "a", False)]


def test_too_much_within_a_window() -> None:
    """It fires at the reading that passes the limit, and ends when the window has less."""
    judge = judge_of(Rule("mucho", "umbral", Names("web"), above=100, window=60))
    totals = [min(i * 10, 300) for i in range(200)]
    changes = rounds(judge, *(reading(T + i, {"web": (n, T)}) for i, n in enumerate(totals)))

    assert told(changes) == [("mucho", "web", True), ("mucho", "web", False)]
    assert changes[0].fired == T + 11
    assert T + 80 <= changes[1].resolved <= T + 82  # type: ignore[operator]


def test_what_came_at_once_leaves_the_window_at_once() -> None:
    """Not a sample later."""
    for window in (60, 600):
        judge = judge_of(Rule("mucho", "umbral", Names("web"), above=100, window=window))
        totals = [200 if i > 7 else 0 for i in range(2 * window)]
        changes = rounds(judge, *(reading(T + i, {"web": (n, T)}) for i, n in enumerate(totals)))

        assert changes[-1].resolved == T + 8 + window


def test_too_little_is_known_only_when_the_window_is_full() -> None:
    """A service that has just started has not seen little: it has not looked."""
    judge = judge_of(Rule("poco", "umbral", below=5, window=60))
    changes = rounds(judge, *(reading(T + i, {"web": (1, T)}) for i in range(62)))

    assert told(changes) == [("poco", "", True)]
    assert changes[0].fired == T + 60


def test_what_piled_up_in_an_outage_is_no_flood() -> None:
    """The catching up is in no window."""
    judge = judge_of(Rule("mucho", "umbral", above=100, window=60))
    rounds(judge, *(reading(T + i, {"web": (i, T)}) for i in range(60)))
    late = WELL._replace(lag=30.0)
    rounds(judge, *(reading(T + 60 + i, {"web": (60 + 50 * i, T)}, status=late) for i in range(20)))

    assert rounds(judge, *(reading(T + 80 + i, {"web": (1010 + i, T)}) for i in range(90))) == []


def test_so_many_readings_in_a_row() -> None:
    """One that is right in between begins the count anew, and so does one that is wrong."""
    judge = judge_of(Rule("cola", "cola", above=10, after=1, readings=1))
    full, empty = WELL._replace(waiting=11), WELL._replace(waiting=0)
    waiting = [full, full, empty, full, full, full, empty]
    changes = rounds(judge, *(reading(T + i, status=each) for i, each in enumerate(waiting)))

    assert [told([each])[0][2] for each in changes] == [True, False, True, False]

    strict = judge_of(Rule("mucho", "umbral", above=1, window=1, readings=3))
    totals = [0, 5, 10, 10, 15, 20, 25, 30, 30, 35, 35, 35, 35]
    changes = rounds(strict, *(reading(T + i, {"a": (n, T)}) for i, n in enumerate(totals)))
    assert [each.resolved or each.fired for each in changes] == [T + 6, T + 12]


def test_each_of_a_pattern_is_judged_by_itself() -> None:
    """Others may send what they like."""
    judge = judge_of(Rule("mucho", "umbral", Names("shop_*"), above=10, window=60))
    changes = rounds(
        judge,
        reading(T, {"shop_1": (0, T), "shop_2": (0, T), "web": (0, T)}),
        reading(T + 1, {"shop_1": (11, T), "shop_2": (9, T), "web": (99, T)}),
    )

    assert told(changes) == [("mucho", "shop_1", True)]


def test_counting_from_nothing_is_no_event() -> None:
    """A store that was reset, or a backup: what was counted before is no base."""
    judge = judge_of(Rule("mucho", "umbral", above=10, window=60), SILENT)
    rounds(judge, reading(T, {"a": (5, T)}))

    assert rounds(judge, reading(T + 1, {"a": (5000, T)}, epoch="other")) == []


def test_a_rejected_flood() -> None:
    """Messages that can't be counted, not events."""
    judge = judge_of(Rule("rechazados", "rechazados", above=10, window=60))
    changes = rounds(judge, reading(T, rejected=5), reading(T + 1, rejected=16))

    assert told(changes) == [("rechazados", "", True)]


def test_a_type_that_was_not_listed_before_is_no_flood() -> None:
    """`/reporte` lists a hundred: one that comes in brings its whole past along."""
    judge = judge_of(Rule("mucho", "umbral", event="clic", above=10, window=60))

    assert rounds(judge, reading(T), reading(T + 1, types={"clic": 10_000})) == []
    assert told(judge.judge(reading(T + 2, types={"clic": 10_011}))) == [("mucho", "clic", True)]


def test_outside_the_usual_band() -> None:
    """Only where the band is known, and the whole window was current."""
    rule = Rule("banda", "banda", Names("*"), window=60)
    judge = judge_of(rule)

    def minute(at: float, *bands: Band) -> Reading:
        plain = reading(at)
        return Reading(at, plain.status, plain.counts, plain.clients, {"banda": bands})

    def band(name: str, counted: int, begin: float, known: bool = True) -> Band:
        return Band(name, None, begin, counted, *((5.0, 20.0) if known else (None, None)))

    rounds(judge, reading(T, status=None), reading(T + 1))
    assert rounds(judge, minute(T + 5, band("a", 99, T))) == []
    changes = rounds(
        judge, minute(T + 65, band("a", 99, T + 5), band("b", 4, T + 5), band("c", 9, T + 5)),
        minute(T + 66, band("d", 99, T + 5, known=False)), reading(T + 70),
        minute(T + 125, band("a", 20, T + 65)),
    )  # fmt: skip

    assert told(changes) == [("banda", "a", True), ("banda", "b", True), ("banda", "a", False)]
    assert [each.limit for each in changes[:2]] == [20, 5]


def test_a_named_client_that_never_came_is_silent() -> None:
    """A rule that names one expects it."""
    judge = judge_of(Rule("web", "silencio", Names("web"), after=30), grace=1)

    assert told(
        rounds(judge, *(reading(T + i, status=WELL._replace(since=T)) for i in range(40)))
    ) == [("web", "web", True)]


def test_nobody_is_expected_for_ever() -> None:
    """A client of a pattern that is gone for a week is not waited for any more."""
    judge = judge_of(SILENT)
    days = [reading(T + i * 3600, {"a": (1, T)}) for i in range(24 * 9)]

    assert told(rounds(judge, *days)) == [("silencio", "a", True), ("silencio", "a", False)]
