import pytest
from hypothesis import given
from hypothesis import strategies as st

from jarvisctl.dashboard.arrangement import PANELS, Place, arrange

WIDTHS, HEIGHTS = st.integers(20, 300), st.integers(5, 120)


def cells(place: Place) -> set[tuple[int, int]]:
    columns = range(place.x, place.x + place.width)
    return {(x, y) for x in columns for y in range(place.y, place.y + place.height)}


@given(WIDTHS, HEIGHTS, st.sampled_from(PANELS))
def test_panels_fill_the_body_and_never_overlap(width: int, height: int, chosen: str) -> None:
    taken: set[tuple[int, int]] = set()
    for place in arrange(width, height, chosen=chosen):
        assert place.height >= 3, "no room for a line within the frame"
        assert not taken & cells(place)
        taken |= cells(place)
    assert taken == {(x, y) for x in range(width) for y in range(height)}


@pytest.mark.parametrize(("width", "height"), [(80, 21), (120, 31), (200, 45)])
def test_every_panel_is_in_sight_where_there_is_room(width: int, height: int) -> None:
    assert {place.panel for place in arrange(width, height)} == set(PANELS)


@given(st.integers(20, 75), st.integers(9, 60), st.sampled_from(PANELS[1:]))
def test_a_narrow_terminal_shows_the_conversation_and_the_chosen_panel(
    width: int, height: int, chosen: str
) -> None:
    shown = [place.panel for place in arrange(width, height, chosen=chosen)]
    assert shown == ["conversation", chosen]


@given(WIDTHS, HEIGHTS, st.sampled_from(PANELS))
def test_a_zoomed_panel_has_all_the_room(width: int, height: int, zoomed: str) -> None:
    assert arrange(width, height, zoomed=zoomed) == [Place(zoomed, 0, 0, width, height)]
