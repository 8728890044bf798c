"""
Every row: its number in docs/guarantees.md, and how much of it a full and a short run does.

A row whose fault another test of `make test` brings about, and looks at the same counts
afterwards, has no short version.

Rows with three seeds share their faults among them: 200 kills, 50 at each place.
"""

from __future__ import annotations

from functools import partial

from tests.faults import kill_points
from tests.faults import rows_age as age
from tests.faults import rows_analytics as analytics
from tests.faults import rows_aside as aside
from tests.faults import rows_broker as broker
from tests.faults import rows_content as content
from tests.faults import rows_crowd as crowd
from tests.faults import rows_disk as disk
from tests.faults import rows_hostile as hostile
from tests.faults import rows_life as life
from tests.faults import rows_move as move
from tests.faults import rows_panel as panel
from tests.faults import rows_promoted as promoted
from tests.faults import rows_queue as queue
from tests.faults import rows_raced as raced
from tests.faults import rows_server as server
from tests.faults import rows_several as several
from tests.faults import rows_store as store
from tests.faults.row import Pace, Row

ROWS = (
    Row(
        1,
        "analytics killed at random",
        partial(analytics.killed_at_random, kills=67, gap=(2, 5), rate=2000, least_rate=1900),
        None,
        seeds=3,
        held_by="chain/test_main_job.py::test_analytics_killed_while_clients_publish",
    ),
    Row(
        2,
        "killed at each named place",
        partial(analytics.killed_at_points, runs=17, rate=1000),
        # The places without a broker: analiticas/test_delta_log.py
        partial(analytics.killed_at_points, runs=1, rate=500, places=sorted(kill_points.ACKS)),
        seeds=3,
    ),
    Row(
        3,
        "consumers die without an ack",
        partial(analytics.dies_without_an_ack, deaths=60, own_deaths=60, messages=500),
        partial(analytics.dies_without_an_ack, deaths=25, own_deaths=1, messages=300),
    ),
    Row(
        4,
        "one message in 100 is poison",
        partial(content.poison, events=50_000, every=100, rounds=4),
        None,
        pace=Pace.UNDISTURBED,
        held_by=(
            "chain/test_bad_messages.py::test_bad_bodies_are_set_aside "
            "chain/test_bad_messages.py::test_reason_names_the_field"
        ),
    ),
    Row(
        5,
        "confirms get lost",
        partial(broker.confirms_are_cut, events=5000, rate=1000, share=0.1),
        partial(broker.confirms_are_cut, events=200, rate=1000, share=0.2),
        seeds=3,
    ),
    Row(
        6,
        "one id, two bodies",
        partial(content.one_id_two_bodies, ids=5000, copies=2),
        None,
        held_by="chain/test_main_job.py::test_copies_conflicts_and_no_id",
    ),
    Row(
        7,
        "broker killed",
        partial(broker.broker_killed, kills=7, gap=(1, 4), rate=1000),
        None,
        seeds=3,
        held_by=(
            "carga/test_faults.py::test_broker_comes_back "
            "sender/test_intake_storm.py::test_each_event_counts_once"
        ),
    ),
    Row(
        8,
        "broker frozen",
        partial(broker.broker_frozen, seconds=60, rate=1000),
        None,
        pace=Pace.IDLE,
        held_by="sender/test_intake_storm.py::test_each_event_counts_once",
    ),
    Row(
        9,
        "memory alarm",
        partial(broker.memory_alarm, seconds=300, rate=1000),
        partial(broker.memory_alarm, seconds=0, rate=500),
        pace=Pace.IDLE,
    ),
    Row(
        10,
        "acknowledgement times out",
        partial(queue.ack_times_out, consumer_timeout=20, stuck=30, rate=500),
        partial(queue.ack_times_out, consumer_timeout=0.5, stuck=2.5, rate=200),
        pace=Pace.IDLE,
    ),
    Row(
        11,
        "queue deleted, or another declared",
        partial(queue.queue_deleted, times=5, rate=500),
        partial(queue.queue_deleted, times=1, rate=500),
    ),
    Row(
        12,
        "store locked",
        partial(store.locked, seconds=120, rate=500),
        None,
        pace=Pace.IDLE,
        held_by="observability/test_alerts.py::test_a_store_that_cannot_be_written",
    ),
    Row(
        12,
        "store's disk full",
        partial(store.disk_full, seconds=120, rate=500),
        partial(store.disk_full, seconds=2, rate=300),
        pace=Pace.IDLE,
    ),
    Row(
        12,
        "store made read-only",
        partial(store.read_only, seconds=120, rate=500),
        partial(store.read_only, seconds=0.5, rate=300),
        pace=Pace.IDLE,
    ),
    Row(
        13,
        "synced before acknowledged",
        partial(disk.synced_before_acknowledged, seconds=20, rate=1000),
        partial(disk.synced_before_acknowledged, seconds=1, rate=300),
    ),
    Row(
        14,
        "two analytics at once",
        partial(analytics.two_at_once, hand_overs=10, gap=(1, 3), rate=1000),
        partial(analytics.two_at_once, hand_overs=1, gap=(0.1, 0.3), rate=500),
        seeds=3,
    ),
    Row(
        15,
        "a backlog, started cold",
        partial(disk.backlog, messages=1_000_000, most_mb=200, least_rate=5000),
        partial(disk.backlog, messages=3000, most_mb=200, least_rate=0),
        pace=Pace.UNDISTURBED,
    ),
    Row(
        21,
        "analytics restarted under a panel",
        partial(panel.restarted_under_a_panel, kills=20, watchers=100, rate=500),
        partial(panel.restarted_under_a_panel, kills=1, watchers=3, rate=200),
    ),
    Row(
        22,
        "the report is down",
        partial(panel.report_down, seconds=120, watchers=20),
        None,
        pace=Pace.IDLE,
        held_by=(
            "push/test_away.py::test_old_numbers_stay_with_their_age_and_a_new_epoca_replaces_them "
            "panel/test_poller_faults.py::test_a_long_absence_leaks_nothing"
        ),
    ),
    Row(
        23,
        "connections kept alive",
        partial(panel.kept_alive, pollers=200, polls=50, longest_gap=6),
        partial(panel.kept_alive, pollers=20, polls=5, longest_gap=0.3),
        pace=Pace.IDLE,
    ),
    Row(
        24,
        "told to stop",
        partial(life.stopped, sockets=1000, stops=10, rate=500),
        partial(life.stopped, sockets=20, stops=1, rate=300),
        pace=Pace.UNDISTURBED,
    ),
    Row(
        30,
        "bodies nobody should send",
        partial(hostile.corpus, neighbours=5000, rounds=10),
        partial(hostile.corpus, neighbours=100, rounds=1),
    ),
    Row(
        31,
        "bodies that forge a log",
        partial(hostile.forged_log, messages=100_000),
        partial(hostile.forged_log, messages=1000),
    ),
    Row(
        33,
        "clock jumps",
        partial(hostile.clock_jumps, jumps=60, rate=500),
        partial(hostile.clock_jumps, jumps=3, rate=200),
    ),
    Row(
        35,
        "started in any order",
        partial(life.any_order, orders=6),
        None,
        held_by="local/test_make_run.py::test_runs_restarts_stops_and_goes_on",
    ),
    Row(
        36,
        "broker killed with a new queue",
        partial(queue.new_queue_killed, times=10, rate=500),
        partial(queue.new_queue_killed, times=1, rate=200),
    ),
    Row(
        37,
        "the broker sets aside",
        partial(aside.set_aside_by_the_broker, each=1000, kills=5),
        partial(aside.set_aside_by_the_broker, each=20, kills=1),
    ),
    Row(
        38,
        "x-death is forged",
        partial(aside.forged_headers, rounds=20, kills=10),
        None,
        held_by="chain/test_set_aside.py::test_forged_header_stops_no_rejection",
    ),
    Row(
        39,
        "broker's disk full",
        partial(aside.broker_disk_full, seconds=6, rate=500),
        partial(aside.broker_disk_full, seconds=2, rate=200),
        pace=Pace.IDLE,
    ),
    *age.ROWS,
    Row(
        42,
        "a crowd at the report",
        partial(
            crowd.crowd_at_the_report, polls=2000, deaf=500, seconds=60, rate=1000, standstill=2
        ),
        partial(
            crowd.crowd_at_the_report, polls=1000, deaf=100, seconds=3, rate=200, standstill=20
        ),
        pace=Pace.UNDISTURBED,
    ),
    Row(
        46,
        "moved to another broker",
        partial(move.moved, rate=1000),
        partial(move.moved, rate=300),
    ),
    Row(
        60,
        "PostgreSQL cut at COMMIT, killed, frozen",
        partial(server.server_breaks, cuts=100, kills=20, frozen=60, rate=1000),
        partial(server.server_breaks, cuts=2, kills=1, frozen=1, rate=300),
    ),
    Row(
        61,
        "three analytics, killed, frozen",
        partial(several.several_count, kills=200, frozen=30, rate=1000),
        partial(several.several_count, kills=3, frozen=1, rate=300),
    ),
    Row(
        62,
        "three analytics, killed at each place",
        partial(several.several_killed_at_points, runs=50, rate=500),
        None,
        held_by="chain/test_several_analytics.py::test_one_is_killed_in_the_middle",
    ),
    Row(
        63,
        "PostgreSQL's disk full",
        partial(server.disk_of_the_server_full, seconds=60, rate=1000),
        partial(server.disk_of_the_server_full, seconds=0.5, rate=300),
        pace=Pace.IDLE,
    ),
    Row(
        64,
        "the primary cut off, its standby promoted",
        partial(promoted.promoted, times=20, rate=500),
        None,
        pace=Pace.IDLE,
        held_by="analiticas/test_server_standby.py::test_nothing_is_lost_and_nothing_is_double",
    ),
    Row(
        65,
        "analytics added and taken away",
        partial(several.come_and_go, changes=20, rate=1000),
        partial(several.come_and_go, changes=2, rate=200),
    ),
    Row(
        66,
        "one message at two analytics",
        partial(raced.raced, copies=1000, conflicts=1000),
        partial(raced.raced, copies=50, conflicts=50),
    ),
)
