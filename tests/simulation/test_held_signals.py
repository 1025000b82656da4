"""Signals wait for kernels, whatever their handlers do, and have their effect afterwards."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterator

import pytest

from engine.simulation.numerics.held_signals import STOPS, held_signals, holding, passed_signals


class Stop(BaseException):
    """What the handler of this test raises."""


@pytest.fixture(autouse=True)
def handlers() -> Iterator[Callable[[int, object], None]]:
    def stop(number: int, _: object) -> None:
        raise Stop(number)

    before = {number: signal.signal(number, stop) for number in STOPS}
    yield stop
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.parametrize("number", STOPS)
def test_a_signal_has_its_effect_when_the_block_ends(
    number: signal.Signals, handlers: Callable[[int, object], None]
) -> None:
    done = []

    def work() -> None:
        with held_signals():
            os.kill(os.getpid(), number)
            with held_signals():
                done.append("the rest, and what is called")
            done.append("and after it")

    with pytest.raises(Stop) as stopped:
        work()
    assert stopped.value.args == (number,)
    assert len(done) == 2
    assert {signal.getsignal(each) for each in STOPS} == {handlers}
    assert signal.pthread_sigmask(signal.SIG_BLOCK, ()) & set(STOPS) == set()


def test_a_function_is_not_stopped_half_way() -> None:
    done = []

    @holding
    def work() -> int:
        os.kill(os.getpid(), signal.SIGINT)
        done.append(1)
        return 3

    with pytest.raises(Stop):
        work()
    assert done == [1]


def test_what_takes_long_can_be_stopped() -> None:
    done = []

    def work() -> None:
        with held_signals(), passed_signals():
            os.kill(os.getpid(), signal.SIGTERM)
            done.append("compiled")

    with pytest.raises(Stop):
        work()
    assert not done


def test_what_came_before_has_its_effect_where_signals_pass() -> None:
    done = []

    def work() -> None:
        with held_signals():
            os.kill(os.getpid(), signal.SIGTERM)
            done.append("typed")
            with passed_signals():
                done.append("compiled")

    with pytest.raises(Stop):
        work()
    assert done == ["typed"]


def test_an_ignored_signal_stays_ignored() -> None:
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    with held_signals():
        assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
        os.kill(os.getpid(), signal.SIGHUP)


def test_other_threads_leave_the_handlers_alone(handlers: Callable[[int, object], None]) -> None:
    seen = []

    def work() -> None:
        with held_signals(), passed_signals():
            seen.append(signal.getsignal(signal.SIGINT))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert seen == [handlers]
