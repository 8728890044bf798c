"""The log of this process as the service has it."""

import logging

import pytest

from telling.apprise_channel import TALKATIVE, hush


def log_everything(caplog: pytest.LogCaptureFixture) -> None:
    """
    Let `caplog` hear all that the service would log at any level.

    pytest listens also to loggers that hand nothing on, where a test before hushed them already.
    """
    hush()
    for name in TALKATIVE:
        logging.getLogger(name).removeHandler(caplog.handler)
    caplog.set_level(logging.DEBUG)
