"""What became of one change: it is on disk, it waits, or it will never get there.

Whoever hands a change to the store gets a receipt at once and may wait for it, for a bounded time,
before telling a client that it is kept. It never says "kept" of what is not on disk.
"""

import asyncio
from collections.abc import Callable
from typing import Self


class Receipt:
    """One change's way to the disk. Made and settled by the store alone."""

    def __init__(self, hurry: Callable[[], None]) -> None:
        """``hurry`` has the disk tried at once, where it is left alone after a failure."""
        self._hurry = hurry
        self._reason: str | None = None
        self._put_off = ""
        self._news = asyncio.Event()

    @classmethod
    def settled(cls, reason: str = "") -> Self:
        """Of what is kept already (or need not be), or never will be because of ``reason``."""
        receipt = cls(lambda: None)
        receipt.settle(reason)
        return receipt

    @property
    def open(self) -> bool:
        """Whether it is not known yet what becomes of the change."""
        return self._reason is None

    @property
    def reason(self) -> str:
        """Why the change is not on disk; empty when it is."""
        if self._reason is None:
            return self._put_off or "the disk has not taken it yet"
        return self._reason

    async def kept(self, timeout_s: float) -> bool:
        """Whether the change is on disk, waiting for it for at most ``timeout_s``.

        Ends early where the disk was tried meanwhile and refused; the change still waits then.
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
        """The change is on disk, or never will be because of ``reason``."""
        self._reason = reason
        self._news.set()

    def put_off(self, reason: str) -> None:
        """The disk was tried and took nothing, because of ``reason``; the change waits."""
        self._put_off = reason
        self._news.set()
