"""What `make run-cluster` starts, from the settings alone."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from cluster.cluster_broker import cluster_nodes, paused_check
from cluster.cluster_programs import (
    cluster_places,
    etcd_programs,
    for_services,
    node_programs,
    placed,
    postgres_programs,
)
from cluster.machines import Machine, machines_in
from cluster.patroni import START, end_leftover, prepare_patroni
from cluster.whereabouts import Leading, whereabouts
from parts.broker import prepare
from parts.programs import other_programs
from run_cluster import not_possible
from run_settings import read_run_settings
from tests.local.test_make_run import until
from tests.port_ranges import free_ports

ADDRESSES = ["127.0.0.1", "127.0.0.2", "127.0.0.3"]
SETTINGS = read_run_settings({})


@pytest.fixture
def machines(tmp_path: Path) -> list[Machine]:
    return machines_in(tmp_path)


def test_each_node_knows_the_others(machines: list[Machine], tmp_path: Path) -> None:
    """One cluster of three, whose nodes differ in name and address, with one port mapper."""
    nodes = cluster_nodes(tmp_path, machines, SETTINGS)
    for node in nodes:
        prepare(node)
    epmd, *servers = node_programs(nodes, machines, {})

    assert epmd.command[-1] == ",".join(ADDRESSES)
    names = [server.environment["RABBITMQ_NODENAME"] for server in servers]
    assert names == [f"pulso-{n}@{address}" for n, address in enumerate(ADDRESSES, 1)]
    assert [s.environment["RABBITMQ_NODE_IP_ADDRESS"] for s in servers] == ADDRESSES
    assert len({server.environment["RABBITMQ_DIST_PORT"] for server in servers}) == 3
    for node in nodes:
        told = (node.folder / "conf.d" / "10-local.conf").read_text()
        assert all(f" = {name}\n" in told for name in names)
        assert "cluster_partition_handling = pause_minority" in told
        assert (node.folder / "home" / ".erlang.cookie").read_text() == nodes[0].cookie
        assert node.folder.joinpath("data", node.name).is_dir()


def test_the_cookie_lasts(machines: list[Machine], tmp_path: Path) -> None:
    """The data of a next run are those of this cluster."""
    first, again = (cluster_nodes(tmp_path, machines, SETTINGS)[2] for _ in range(2))

    assert first == again
    assert len(first.cookie) == 32


def test_a_promoted_standby_has_all_that_was_counted(
    machines: list[Machine], tmp_path: Path
) -> None:
    """A COMMIT waits for a standby, always; what is agreed on is told to each."""
    prepare_patroni(tmp_path, machines, SETTINGS)

    told = [json.loads((m.folder / "postgres" / "patroni.json").read_text()) for m in machines]
    agreed = [each["bootstrap"]["dcs"] for each in told]
    assert agreed[0] == agreed[1] == agreed[2]
    assert agreed[0]["synchronous_mode"] and agreed[0]["synchronous_mode_strict"]
    assert [agreed[0][name] for name in ("ttl", "loop_wait", "retry_timeout")] == [20, 5, 5]
    assert [each["name"] for each in told] == ["postgres", "postgres-2", "postgres-3"]
    assert [each["postgresql"]["listen"] for each in told] == [f"{a}:25432" for a in ADDRESSES]
    assert all(each["postgresql"]["remove_data_directory_on_rewind_failure"] for each in told)
    assert told[0]["etcd3"]["hosts"] == [f"{address}:22379" for address in ADDRESSES]
    names = [program.name for program in postgres_programs(machines, {})]
    assert names == ["postgres", "postgres-2", "postgres-3"]


def test_etcd_is_one_of_three(machines: list[Machine]) -> None:
    """Each listens at its machine only, and begins with all of them."""
    programs = etcd_programs(machines, SETTINGS, {})

    assert [program.name for program in programs] == ["etcd", "etcd-2", "etcd-3"]
    for program, address in zip(programs, ADDRESSES, strict=True):
        assert f"--listen-client-urls=http://{address}:22379" in program.command
        (all_of_them,) = (w for w in program.command if w.startswith("--initial-cluster="))
        assert all(f"http://{each}:22380" in all_of_them for each in ADDRESSES)


def test_services_know_all_brokers_and_databases(machines: list[Machine], tmp_path: Path) -> None:
    """Three analytics and panels; who reads or publishes is told of all there are."""
    told = for_services(SETTINGS, tmp_path, machines)
    parts = {
        part.name: part.environment
        for part in other_programs(told, tmp_path, {}, cluster_places(told, machines))
    }

    for name, address in zip(("", "-2", "-3"), ADDRESSES, strict=True):
        analytics, panel = parts[f"servicio-analiticas{name}"], parts[f"panel-visual{name}"]
        assert (analytics["REPORTE_HOST"], analytics["REPORTE_PORT"]) == (address, "8091")
        assert analytics["STORE_URL"] == (
            "postgresql://pulso@127.0.0.1:25432,127.0.0.2:25432,127.0.0.3:25432/postgres"
        )
        assert (panel["PANEL_HOST"], panel["PANEL_PORT"]) == (address, "8092")
    for name in ("servicio-analiticas-3", "topologia", "entrada", "cliente-dos"):
        assert parts[name]["RABBITMQ_HOST"] == ",".join(ADDRESSES)
    proxy, urls = parts["reverse-proxy"], [f"http://{address}" for address in ADDRESSES]
    assert proxy["REPORTE_URL"] == ",".join(f"{url}:8091" for url in urls)
    assert proxy["PANEL_URL"] == ",".join(f"{url}:8092" for url in urls)
    assert proxy["PUSH_URL"] == ",".join(f"{url}:8093" for url in urls)
    assert parts["panel-visual-2"]["REPORTE_URL"] == proxy["REPORTE_URL"]


def test_each_can_be_killed_by_what_is_printed(machines: list[Machine], tmp_path: Path) -> None:
    """Six parts a machine, with a command each; who leads is marked."""
    told = whereabouts(SETTINGS, machines, tmp_path, Leading(queue=2, database=3, etcd=None))

    lines = [line.split(maxsplit=2) for line in told.splitlines()[1:]]
    assert len(lines) == 6 * len(machines)
    assert all(kill.startswith("kill -9 $(") and kill.endswith(")") for _, _, kill in lines)
    leaders = [(part, listens) for part, listens, _ in lines if part.endswith("*")]
    assert leaders == [("rabbitmq-service*", "127.0.0.2:5672"), ("postgres*", "127.0.0.3:25432")]
    assert lines[6][2] == f"kill -9 $(cat {tmp_path}/pids/rabbitmq-service-2)"


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"RABBITMQ_HOST": "a,b"}, "leave RABBITMQ_HOST empty"),
        ({"STORE_URL": "postgresql://a/b"}, "leave STORE_URL empty"),
        ({"ETCD_PORT": "8092"}, "ETCD_PORT and PANEL_PORT are both 8092"),
        ({"ETCD_PORT": "24372"}, "ETCD_PORT and RABBITMQ_DIST_PORT are both 24372"),
    ],
)
def test_what_does_not_go_together_is_told(
    given: dict[str, str], says: str, machines: list[Machine]
) -> None:
    """Before anything starts."""
    assert says in "\n".join(not_possible(read_run_settings(given), machines))


def test_a_server_that_outlived_its_patroni_is_ended(machines: list[Machine]) -> None:
    """By its folder: a number that another program has got meanwhile is left alone."""
    script = "import os, time, sys; os.chdir(sys.argv[1]); print(flush=True); time.sleep(60)"
    started = []
    for machine, place in ((machines[0], "data"), (machines[1], ".")):
        data = machine.folder / "postgres" / "data"
        data.mkdir(parents=True)
        command = [sys.executable, "-c", script, str(data.parent / place)]
        process = subprocess.Popen(command, stdout=subprocess.PIPE)
        assert process.stdout
        process.stdout.readline()
        (data / "postmaster.pid").write_text(f"{process.pid}\n{data}\n")
        started.append(process)
    server, other = started
    try:
        for machine in machines:
            end_leftover(machine)
        until(lambda: server.poll() is not None)
        assert other.poll() is None
    finally:
        for process in started:
            process.kill()
            process.communicate()


def test_patroni_recovers_in_the_folder_of_now(machines: list[Machine], tmp_path: Path) -> None:
    """It reads what PostgreSQL ran with: under a process, as the folder's name, that is no more."""
    prepare_patroni(tmp_path, machines, SETTINGS)
    home = machines[0].folder / "postgres"
    opts = home / "data" / "postmaster.opts"
    opts.parent.mkdir()
    opts.write_text('postgres "-D" "/proc/1/fd/9/data" "--config-file=/proc/1/fd/9/data/x.conf"\n')

    started = subprocess.Popen(["/bin/sh", str(START), str(home), str(home), "true"])

    assert started.wait() == 0
    now = f"/proc/{started.pid}/fd/9/data"
    assert opts.read_text() == f'postgres "-D" "{now}" "--config-file={now}/x.conf"\n'


@pytest.mark.parametrize(
    ("state", "listened", "ended"),
    [
        ("paused", 200, True),
        ("paused", 30, False),
        ("starting", None, False),
        ("started again", 200, False),
    ],
)
def test_a_node_that_stopped_listening(
    tmp_path: Path, state: str, listened: int | None, ended: bool
) -> None:
    """
    Seconds ago. A process that has never listened may still wait for the others.

    One that was paused and goes on has written its pid file again, whatever becomes of it.
    """
    node, pid_file = tmp_path / "beam.smp", tmp_path / "pid"
    shutil.copy(shutil.which("sleep") or "sleep", node)
    (port,) = free_ports(1)
    running = subprocess.Popen([str(node), "60"])
    try:
        pid_file.write_text(str(running.pid))
        if listened is not None:
            by = running.pid if state == "paused" else running.pid + 1
            kept = tmp_path / "pid.listened"
            kept.write_text(f"{by}\n")
            aged(kept, listened)

        checked = subprocess.run(paused_check(), env=said_to(pid_file, port), check=False)

        assert checked.returncode == ended
        assert (running.poll() is None) != ended or running.wait() == -signal.SIGKILL
    finally:
        running.kill()
        running.wait()


def test_a_node_that_listens(tmp_path: Path) -> None:
    """It is left alone, and which process that was, and when, is kept."""
    pid_file, kept = tmp_path / "pid", tmp_path / "pid.listened"
    pid_file.write_text("7")
    aged(kept, 200)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        told = said_to(pid_file, listener.getsockname()[1])
        assert subprocess.run(paused_check(), env=told, check=False).returncode == 0

    assert time.time() - kept.stat().st_mtime < 100
    assert kept.read_text().split() == ["7"]


def said_to(pid_file: Path, port: int) -> dict[str, str]:
    return {
        "PATH": os.environ["PATH"],
        "RABBITMQ_PID_FILE": str(pid_file),
        "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1",
        "RABBITMQ_NODE_PORT": str(port),
    }


def aged(path: Path, seconds: int) -> None:
    path.touch()
    then = time.time() - seconds
    os.utime(path, (then, then))


def test_a_machine_may_be_a_namespace(tmp_path: Path) -> None:
    """All that is there thrice is in it, each with its own port mapper; the rest is not."""
    places = [f"red-{n}=10.77.0.{n}" for n in (1, 2, 3)]
    machines = machines_in(tmp_path, places)
    told = for_services(SETTINGS, tmp_path, machines)
    nodes = cluster_nodes(tmp_path, machines, SETTINGS)
    programs = [
        *node_programs(nodes, machines, {}),
        *etcd_programs(machines, SETTINGS, {}),
        *postgres_programs(machines, {}),
        *placed(other_programs(told, tmp_path, {}, cluster_places(told, machines)), machines),
    ]

    inside = [program for program in programs if "netns" in program.command]
    assert len(inside) == 6 * len(machines)
    for program in inside:
        number = program.name.rpartition("-")[2]
        machine = machines[int(number) - 1 if number.isdecimal() else 0]
        assert program.command[1:4] == ["netns", "exec", machine.namespace]
    assert nodes[1].name == "pulso-2@10.77.0.2"
