"""formatter killed, and stopped and continued, at each of its points."""
import pytest

from crash_case import Delivery, crash_scene, killed, stopped
from crash_table import POINTS

SERVICE = "formatter"


@pytest.fixture(scope="module")
def scene():
    with crash_scene(SERVICE) as scene:
        yield scene


@pytest.mark.parametrize("point", POINTS[SERVICE])
def test_killed_at(scene, point):
    killed(scene, SERVICE, point, Delivery(scene))


@pytest.mark.parametrize("point", POINTS[SERVICE])
def test_stopped_at_and_continued_later(scene, point):
    stopped(scene, SERVICE, point, Delivery(scene))
