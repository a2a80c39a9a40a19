"""The state of one change: it is on disk, it waits, or it was lost.

A caller that passes a change to the store gets a receipt at once, and may wait for it with a time
limit before it tells a client. It never says "kept" of a change that is not on disk.
"""

import asyncio
from collections.abc import Callable
from typing import Self


class Receipt:
    """The receipt of one change. Only the store makes and settles it."""

    def __init__(self, hurry: Callable[[], None]) -> None:
        """``hurry`` makes the store try the disk at once, even in the pause after a failure."""
        self._hurry = hurry
        self._reason: str | None = None
        self._put_off = ""
        self._news = asyncio.Event()

    @classmethod
    def settled(cls, reason: str = "") -> Self:
        """A receipt for a change that is on disk already, or lost because of ``reason``."""
        receipt = cls(lambda: None)
        receipt.settle(reason)
        return receipt

    @property
    def open(self) -> bool:
        """Whether the change still waits."""
        return self._reason is None

    @property
    def reason(self) -> str:
        """Why the change is not on disk; empty when it is."""
        if self._reason is None:
            return self._put_off or "the disk has not taken it yet"
        return self._reason

    async def kept(self, timeout_s: float) -> bool:
        """Whether the change is on disk, waiting for it for at most ``timeout_s``.

        Ends early if the disk was tried and refused; the change still waits then.
        """
        if self._reason is None:
            self._hurry()
            self._news.clear()
            try:
                async with asyncio.timeout(timeout_s):
                    await self._news.wait()
            except TimeoutError:
                return False
        return self._reason == ""

    def settle(self, reason: str = "") -> None:
        """The change is on disk, or lost because of ``reason``."""
        self._reason = reason
        self._news.set()

    def put_off(self, reason: str) -> None:
        """The disk failed because of ``reason``; the change waits."""
        self._put_off = reason
        self._news.set()
