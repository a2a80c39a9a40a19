"""Counts the steps of a backtracking match, because time on a busy machine proves nothing.

A small matcher for the patterns of the text room, built from what ``re`` itself parses. It tries
what ``re`` tries in the same order, so that its steps grow as the real ones do. Slow, and only as
complete as these patterns need: an operation that it does not know is an error.
"""

import re
import sys
from collections.abc import Callable
from re import _parser  # type: ignore[attr-defined]
from typing import Any

Then = Callable[[int], int | None]
Node = Callable[[int, Then], int | None]

_CATEGORIES = {
    "CATEGORY_DIGIT": re.compile(r"\d"),
    "CATEGORY_NOT_DIGIT": re.compile(r"\D"),
    "CATEGORY_SPACE": re.compile(r"\s"),
    "CATEGORY_NOT_SPACE": re.compile(r"\S"),
    "CATEGORY_WORD": re.compile(r"\w"),
    "CATEGORY_NOT_WORD": re.compile(r"\W"),
}
_WORD = _CATEGORIES["CATEGORY_WORD"]
_BELOW_UNLIMITED = 1 << 30


class Steps:
    """Finds every match of ``pattern`` in ``text``; ``count`` is how many steps that took."""

    def __init__(self, pattern: str, text: str) -> None:
        self.count = 0
        self._text = text
        self._match = self._sequence(list(_parser.parse(pattern)))

    def spans(self) -> list[tuple[int, int]]:
        """Where the matches are, as ``re.finditer`` finds them."""
        found, at = [], 0
        limit = sys.getrecursionlimit()
        sys.setrecursionlimit(100_000)
        try:
            while at <= len(self._text):
                end = self._match(at, lambda position: position)
                if end is not None:
                    found.append((at, end))
                at = end if end is not None and end > at else at + 1
        finally:
            sys.setrecursionlimit(limit)
        return found

    def _sequence(self, items: list[Any]) -> Node:
        nodes = [self._node(str(operation), argument) for operation, argument in items]

        def run(at: int, then: Then, number: int = 0) -> int | None:
            if number == len(nodes):
                return then(at)
            return nodes[number](at, lambda reached: run(reached, then, number + 1))

        return run

    def _node(self, operation: str, argument: Any) -> Node:
        if operation in {"LITERAL", "NOT_LITERAL", "ANY", "IN"}:
            return self._one(self._accepts(operation, argument))
        if operation in {"MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"}:
            return self._repeat(operation, *argument)
        if operation == "SUBPATTERN":
            return self._sequence(list(argument[3]))
        if operation == "ATOMIC_GROUP":
            return self._alone(self._sequence(list(argument)))
        if operation == "BRANCH":
            return self._branch([self._sequence(list(each)) for each in argument[1]])
        if operation in {"ASSERT", "ASSERT_NOT"}:
            return self._assertion(*argument, wanted=operation == "ASSERT")
        if operation == "AT":
            return self._anchor(str(argument))
        raise NotImplementedError(operation)

    # --- one character --------------------------------------------------------------------------

    def _one(self, accepts: Callable[[str], bool]) -> Node:
        def run(at: int, then: Then) -> int | None:
            self.count += 1
            if at < len(self._text) and accepts(self._text[at]):
                return then(at + 1)
            return None

        return run

    def _accepts(self, operation: str, argument: Any) -> Callable[[str], bool]:
        if operation == "LITERAL":
            return lambda character: ord(character) == argument
        if operation == "NOT_LITERAL":
            return lambda character: ord(character) != argument
        if operation == "ANY":
            return lambda character: character != "\n"
        negated = str(argument[0][0]) == "NEGATE"
        tests = [self._member(str(kind), value) for kind, value in argument[negated:]]
        return lambda character: any(test(character) for test in tests) != negated

    def _member(self, kind: str, value: Any) -> Callable[[str], bool]:
        if kind == "LITERAL":
            return lambda character: ord(character) == value
        if kind == "RANGE":
            return lambda character: value[0] <= ord(character) <= value[1]
        category = _CATEGORIES[str(value)]
        return lambda character: category.match(character) is not None

    # --- more than one --------------------------------------------------------------------------

    def _repeat(self, operation: str, least: int, most: Any, body: Any) -> Node:
        most = min(int(most), _BELOW_UNLIMITED)
        if operation == "POSSESSIVE_REPEAT":
            return self._alone(self._repeat("MAX_REPEAT", least, most, body))
        lazy = operation == "MIN_REPEAT"
        kinds = [str(kind) for kind, _ in body]
        if len(kinds) == 1 and kinds[0] in {"LITERAL", "NOT_LITERAL", "ANY", "IN"}:
            return self._repeat_one(self._accepts(kinds[0], body[0][1]), least, most, lazy=lazy)
        inner = self._sequence(list(body))

        def run(at: int, then: Then, done: int = 0) -> int | None:
            self.count += 1

            def more() -> int | None:
                if done >= most:
                    return None
                return inner(at, lambda to: run(to, then, done + 1) if to > at else None)

            if done < least:
                return more()
            if lazy:
                found = then(at)
                return more() if found is None else found
            found = more()
            return then(at) if found is None else found

        return run

    def _repeat_one(
        self, accepts: Callable[[str], bool], least: int, most: int, *, lazy: bool
    ) -> Node:
        def run(at: int, then: Then) -> int | None:
            end, furthest = at, min(len(self._text), at + most)
            while end < furthest and accepts(self._text[end]):
                end += 1
                if lazy and end - at >= least and (found := then(end)) is not None:
                    self.count += end - at
                    return found
            self.count += end - at + 1
            if lazy:
                return None
            for position in range(end, at + least - 1, -1):
                self.count += 1
                if (found := then(position)) is not None:
                    return found
            return None

        if lazy and not least:
            return self._branch([lambda at, then: then(at), run])
        return run

    def _branch(self, branches: list[Node]) -> Node:
        def run(at: int, then: Then) -> int | None:
            for branch in branches:
                if (found := branch(at, then)) is not None:
                    return found
            return None

        return run

    def _alone(self, body: Node) -> Node:
        def run(at: int, then: Then) -> int | None:
            end = body(at, lambda position: position)
            return None if end is None else then(end)

        return run

    def _assertion(self, direction: int, body: Any, *, wanted: bool) -> Node:
        inner = self._sequence(list(body))
        back = int(body.getwidth()[0]) if direction < 0 else 0

        def run(at: int, then: Then) -> int | None:
            self.count += 1
            matched = at >= back and inner(at - back, lambda position: position) is not None
            return then(at) if matched == wanted else None

        return run

    def _anchor(self, place: str) -> Node:
        def at_word(at: int) -> bool:
            return 0 <= at < len(self._text) and _WORD.match(self._text[at]) is not None

        holds: dict[str, Callable[[int], bool]] = {
            "AT_BEGINNING": lambda at: at == 0 or self._text[at - 1] == "\n",
            "AT_END": lambda at: at == len(self._text) or self._text[at] == "\n",
            "AT_END_STRING": lambda at: at == len(self._text),
            "AT_BOUNDARY": lambda at: at_word(at - 1) != at_word(at),
        }
        test = holds[place]

        def run(at: int, then: Then) -> int | None:
            self.count += 1
            return then(at) if test(at) else None

        return run
