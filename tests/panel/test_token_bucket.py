from push.access.token_bucket import TokenBucket


def test_lets_a_burst_through_and_then_the_rate() -> None:
    """The burst is free, and refills at the rate up to its size."""
    now = 0.0
    bucket = TokenBucket(rate=2, burst=5, clock=lambda: now)

    assert [bucket.take() for _ in range(6)] == [True] * 5 + [False]

    now = 1.0
    assert [bucket.take() for _ in range(3)] == [True, True, False]

    now = 1000.0
    assert sum(bucket.take() for _ in range(10)) == 5
