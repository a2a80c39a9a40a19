"""``python -m tests.text.ear``: the scores by class, then the failing seen cases."""

import argparse
import sys
from collections import defaultdict
from collections.abc import Sequence

from tests.text.ear.cases import languages, read_language
from tests.text.ear.phonemes import differing
from tests.text.ear.scores import Heard, Score, hear, score


def main(arguments: Sequence[str]) -> None:
    wanted = _arguments(arguments)
    for language in wanted.languages or languages():
        heard = [
            hear(case)
            for case in read_language(language)
            if not wanted.kind or case.kind == wanted.kind
        ]
        _print_table(language, heard)
        _print_failures(heard, wanted)


def _arguments(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.text.ear", description=__doc__)
    parser.add_argument("languages", nargs="*", metavar="LANG", help="default: all")
    parser.add_argument("--class", dest="kind", metavar="C", help="only this class")
    parser.add_argument("--failures", type=int, default=1000, metavar="N", help="at most N")
    parser.add_argument("--unseen", action="store_true", help="the scores only, no failures")
    parser.add_argument(
        "--reveal",
        action="store_true",
        help="failing unseen cases as well: spoils them for whoever writes rules",
    )
    return parser.parse_args(arguments)


def _print_table(language: str, heard: list[Heard]) -> None:
    by_class = defaultdict[str, list[Heard]](list)
    for each in heard:
        by_class[each.case.kind].append(each)
    print(f"{language:<16} {'seen':>16} {'unseen':>16}")
    for kind, some in [*by_class.items(), ("all", heard)]:
        seen, unseen = (score(some, unseen=which) for which in (False, True))
        print(f"  {kind:<14} {_figures(seen):>16} {_figures(unseen):>16}")
    print()


def _figures(of: Score) -> str:
    return f"{of.passed}/{of.total} {of.percent:5.1f} %"


def _print_failures(heard: list[Heard], wanted: argparse.Namespace) -> None:
    shown = [
        each
        for each in heard
        if not each.passed and (wanted.reveal or not (each.case.unseen or wanted.unseen))
    ]
    for each in shown[: wanted.failures]:
        sounds, expected = differing(each.sounds, each.expected)
        print(each.case.id)
        print(f"  written  {each.case.written!r}")
        print(f"  said     {each.said!r}")
        print(f"  reading  {each.case.reading!r}")
        print(f"  sounds   {sounds}")
        print(f"  expected {expected}\n")


if __name__ == "__main__":
    main(sys.argv[1:])
