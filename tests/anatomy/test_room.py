"""Flow in a closed room."""

import numpy as np
import pytest

from mindscan.anatomy.room import Room

STEP = 2.0


@pytest.fixture(scope="module")
def room() -> Room:
    inside = np.zeros((20, 18, 16), bool)
    inside[1:-1, 1:-1, 1:-1] = True
    inside[12:, 12:, :] = False  # a corner is walled off
    return Room.within(inside, STEP)


def gained(flow: np.ndarray) -> np.ndarray:
    return sum(np.gradient(part, STEP, axis=axis) for axis, part in enumerate(flow))


def test_no_node_of_a_cell_that_reaches_outside_flows(room: Room) -> None:
    assert not room.nodes[:2].any()
    assert not room.nodes[11:, 11:].any()
    assert room.nodes[2:11, 2:11, 2:-2].all()


def test_what_swells_pushes_and_what_shrinks_pulls(room: Room) -> None:
    source = np.zeros(room.nodes.shape, np.float32)
    source[4:8, 6:10, 6:10], source[3:8, 12:14, 5:11] = 0.05, -0.05 * 64 / 60
    start = np.zeros(np.count_nonzero(room.nodes), np.float32)
    flow = room.flow(room.potential(source[room.nodes], start))
    assert flow.dtype == np.float32
    assert not flow[:, ~room.nodes].any()
    grown = gained(flow)
    assert grown[5:7, 7:9, 7:9] == pytest.approx(0.05, rel=0.15)
    assert abs(float(grown.sum())) < 1e-3
    assert float(np.abs(grown[14:, 5:9]).max()) < 5e-3
    assert float(flow[1, 4:8, 10:12, 6:10].min()) > 0.01


def test_a_good_guess_is_kept(room: Room) -> None:
    source = np.zeros(room.nodes.shape, np.float32)
    source[4, 4, 4], source[8, 8, 8] = 1, -1
    found = room.potential(source[room.nodes], np.zeros(np.count_nonzero(room.nodes), np.float32))
    again = room.potential(source[room.nodes], found)
    assert np.abs(again - found).max() < 1e-2 * np.abs(found).max()
