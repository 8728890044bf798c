from publishing.backoff import CAP, FIRST, Backoff


def delays(backoff: Backoff, failures: int) -> list[float]:
    return [backoff.next_delay() for _ in range(failures)]


def test_delays_stay_under_a_doubling_limit() -> None:
    """Each delay lies between 0 and a limit that doubles with every failure up to the cap."""
    limits = [min(CAP, FIRST * 2**n) for n in range(40)]

    for _ in range(200):
        assert all(
            0 <= delay <= limit for delay, limit in zip(delays(Backoff(), 40), limits, strict=True)
        )


def test_delays_use_their_whole_range() -> None:
    """The jitter is full: publishers that lost one broker together do not come back together."""
    late = [delays(Backoff(), 20)[-1] for _ in range(500)]

    assert min(late) < CAP / 5
    assert max(late) > CAP * 4 / 5


def test_reset_starts_over() -> None:
    """After a reset the first delay is short again."""
    backoff = Backoff()
    delays(backoff, 20)
    backoff.reset()

    assert backoff.next_delay() <= FIRST
