"""A node that can't start is told apart from one that is slow."""

from __future__ import annotations

from pathlib import Path

from parts.broker import prepare
from parts.broker_boot import BootLog
from tests.broker_stack import Broker

# What RabbitMQ 4.0.5 says of data that 3.10.8 wrote
OLDER = """\
2026-11-29 18:03:41 [error] <0.216.0> Feature flags: `stream_single_active_consumer`: required \
feature flag not enabled! It must be enabled before upgrading RabbitMQ.
BOOT FAILED
===========
Error during startup: {error,failed_to_initialize_feature_flags_registry}
"""


def test_older_data_is_named(tmp_path: Path) -> None:
    """What can't be taken over, what is in it, and both ways on; whatever was said before."""
    log = tmp_path / "rabbitmq-service.log"
    log.write_text("BOOT FAILED\n")
    boot = BootLog(log, tmp_path / "rabbitmq")
    assert not boot.failed()

    with log.open("a") as more:
        more.write(OLDER)

    assert boot.failed()
    reason = boot.reason() or ""
    assert f"the data in {tmp_path / 'rabbitmq'} are of an older RabbitMQ" in reason
    assert f"rm -r '{tmp_path / 'rabbitmq'}'" in reason
    assert "docs/operations.md" in reason


def test_a_node_that_fails_for_another_reason(tmp_path: Path) -> None:
    """A real one, with a setting that it does not know: no wait, and its own words."""
    broker = Broker(tmp_path)
    boot = BootLog(tmp_path / "rabbitmq.log", tmp_path / "rabbitmq")
    prepare(broker.node)
    (tmp_path / "conf.d" / "20-tests.conf").write_text("no_such_setting = 1\n")
    try:
        broker.epmd.start()
        broker.vm.start(wait=False)
        broker.vm.wait(60)
    finally:
        broker.discard()

    assert boot.reason() is None
    assert "no_such_setting" in broker.vm.log
