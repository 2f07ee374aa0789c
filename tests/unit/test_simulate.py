"""The simulated arrivals, held to what queueing theory knows in closed form."""

from __future__ import annotations

import pytest

from tests.scale.simulate import enough, simulate


def test_one_server_that_always_takes_the_same_time() -> None:
    """M/D/1: the mean wait is rho / (2 mu (1 - rho)); at 0.8 of 1/s it is 2 s; half wait less."""
    waits = simulate(0.8, [1.0], workers=1)
    assert waits.busy == pytest.approx(0.8, abs=0.03)
    assert 1.0 < waits.p50 < 3.2 < waits.p95 < 12.0


def test_many_idle_servers_make_nobody_wait() -> None:
    waits = simulate(10.0, [0.02], workers=50)
    assert (waits.p50, waits.p95) == pytest.approx((0.02, 0.02))


def test_the_same_seed_gives_the_same() -> None:
    assert simulate(5, [0.1, 0.3], 2, seed=4) == simulate(5, [0.1, 0.3], 2, seed=4)
    assert simulate(5, [0.1, 0.3], 2, seed=4) != simulate(5, [0.1, 0.3], 2, seed=5)


def test_servers_are_added_until_the_wait_is_short() -> None:
    found = enough(100.0, [0.02, 0.03], within=1.0)
    assert found[0].workers == 3
    assert found[-1].p95 < 0.2
    assert [one.workers for one in found] == sorted(one.workers for one in found)
