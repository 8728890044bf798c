"""Everybody who is told, as the two files say it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from judging.alarms import Alert
from keeping.alert_store import Key
from keeping.ledger import Ledger
from rules.rule_file import Channel, RuleBook
from telling.alert_words import AlertWords
from telling.alertmanager import AGAIN, Alertmanager
from telling.apprise_channel import AppriseChannel, BadAddressError
from telling.channel_file import ALERTMANAGER, Channels
from telling.courier import Courier, Manners
from telling.due import Due, muted
from telling.message import Message, compose
from telling.not_told import NotToldError


class WrongAddressError(ValueError):
    """One sentence that names the channel, and shows nothing of its address."""


class Address(NamedTuple):
    """One of a channel's: each is told by itself, so that none hears twice what another missed."""

    name: str
    channel: Channel
    way: AppriseChannel


class Receivers:
    def __init__(self, book: RuleBook, channels: Channels) -> None:
        """Raises WrongAddressError."""
        self.words = AlertWords(book.language, book.zone, book.page)
        self._addresses = [
            Address(_name(channel, i), book.channels[channel], _way(channel, i, address))
            for channel, addresses in channels.addresses.items()
            if channel in book.channels
            for i, address in enumerate(addresses)
        ]
        self._rules = {rule.name: rule.channels for rule in book.rules}
        self._alertmanager = (
            Alertmanager(channels.alertmanager, self.words) if channels.alertmanager else None
        )

    def keys(self, alert: Alert, ledger: Ledger) -> list[Key]:
        """Who is to be told of an alert that has just fired; nobody while it is muted."""
        if alert.resolved is not None or muted(alert, ledger.mutes):
            return []
        wanted = self._rules.get(alert.rule, ())
        names = [each.name for each in self._addresses if each.channel.name in wanted]
        if self._alertmanager:
            names.append(ALERTMANAGER)
        return [(alert.id, name) for name in names]

    def couriers(self, ledger: Ledger) -> list[Courier]:
        found = [self._courier(each, ledger) for each in self._addresses]
        if (alertmanager := self._alertmanager) is not None:

            async def send(due: list[Due]) -> None:
                await alertmanager.tell([each.alert for each in due])

            found.append(Courier(Manners(ALERTMANAGER, 0.0, AGAIN), send, ledger))
        return found

    async def test(self) -> list[tuple[str, str]]:
        """Send a test to each channel; return each with why it failed, or nothing."""
        message = Message(self.words.word("test"), self.words.word("test_body"))
        found = [(each.name, await _why(each.way, message)) for each in self._addresses]
        if self._alertmanager:
            try:
                await self._alertmanager.tell([])
                found.append((ALERTMANAGER, ""))
            except NotToldError as error:
                found.append((ALERTMANAGER, str(error)))
        return found

    def _courier(self, address: Address, ledger: Ledger) -> Courier:
        async def send(due: list[Due]) -> None:
            await address.way.tell(compose(due, self.words, address.way.most))

        channel = address.channel
        return Courier(Manners(address.name, channel.group, channel.repeat), send, ledger)


def mute_ended(alerts: Iterable[Alert], receivers: Receivers, ledger: Ledger) -> list[Key]:
    """Who is to be told, now that nothing mutes it, of what fires on."""
    return [
        key for alert in alerts for key in receivers.keys(alert, ledger) if key not in ledger.told
    ]


def _name(channel: str, i: int) -> str:
    return channel if i == 0 else f"{channel} ({i + 1})"


def _way(channel: str, i: int, address: str) -> AppriseChannel:
    try:
        return AppriseChannel(address)
    except BadAddressError as error:
        raise WrongAddressError(f"address {i + 1} of the channel {channel!r} {error}") from None


async def _why(way: AppriseChannel, message: Message) -> str:
    try:
        await way.tell(message)
    except NotToldError as error:
        return str(error)
    return ""
