"""Which panels are shown at which size, and where. Pure: columns and rows in, rectangles out."""

from dataclasses import dataclass

PANELS = ("conversation", "pipeline", "log", "cpu", "speed", "health", "workers")
MIN_BESIDE = 76  # fewer columns show one panel below the conversation
MIN_ROWS_BESIDE = 15
MIN_THREE_COLUMNS, MIN_ROWS_THREE = 170, 34


@dataclass(frozen=True, slots=True)
class Place:
    """A panel's rectangle within the body."""

    panel: str
    x: int
    y: int
    width: int
    height: int


def arrange(width: int, height: int, *, chosen: str = "pipeline", zoomed: str = "") -> list[Place]:
    """Where the panels go in a body of ``width`` by ``height``; those left out are hidden.

    ``chosen`` is the panel under the conversation where there is room for one only; ``zoomed``
    takes all the room.
    """
    if zoomed:
        return [Place(zoomed, 0, 0, width, height)]
    if width < MIN_BESIDE or height < MIN_ROWS_BESIDE:
        return _stacked(width, height, chosen)
    if width >= MIN_THREE_COLUMNS and height >= MIN_ROWS_THREE:
        return _three_columns(width, height)
    return _two_columns(width, height)


def _stacked(width: int, height: int, chosen: str) -> list[Place]:
    below = min(8, max(4, height * 45 // 100))
    if chosen == "conversation" or height < 9:
        return [Place("conversation", 0, 0, width, height)]
    return [
        Place("conversation", 0, 0, width, height - below),
        Place(chosen, 0, height - below, width, below),
    ]


def _two_columns(width: int, height: int) -> list[Place]:
    left = width * 58 // 100
    pipeline, log = max(5, height * 26 // 100), max(4, height * 26 // 100)
    places = _column(
        0, left, [("conversation", height - pipeline - log), ("pipeline", pipeline), ("log", log)]
    )
    cpu, speed = (10, 7) if height >= 28 else (6, 6) if height >= 20 else (5, 4)
    workers = max(3, (height - cpu - speed) * 45 // 100)
    health = height - cpu - speed - workers
    return places + _column(
        left,
        width - left,
        [("cpu", cpu), ("speed", speed), ("health", health), ("workers", workers)],
    )


def _three_columns(width: int, height: int) -> list[Place]:
    left, right = width * 40 // 100, width * 30 // 100
    middle = width - left - right
    pipeline, health = height * 36 // 100, height * 32 // 100
    cpu, speed = max(10, height * 34 // 100), max(8, height * 28 // 100)
    return [
        *_column(0, left, [("conversation", height - pipeline), ("pipeline", pipeline)]),
        *_column(left, middle, [("cpu", cpu), ("speed", speed), ("workers", height - cpu - speed)]),
        *_column(left + middle, right, [("health", health), ("log", height - health)]),
    ]


def _column(x: int, width: int, rows: list[tuple[str, int]]) -> list[Place]:
    places, y = [], 0
    for panel, height in rows:
        places.append(Place(panel, x, y, width, height))
        y += height
    return places
