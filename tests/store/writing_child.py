"""Run by test_kill: writes numbered messages in batches and reports each batch that was flushed."""

import asyncio
import sys
from pathlib import Path

from jarvisd.store import NewMessage, Store

BATCH = 25


async def write_for_ever(path: Path, number: int) -> None:
    store = await Store.open(path, queue=1_000)
    while True:
        for offset in range(BATCH):
            text = str(number + offset)
            store.add_message("c", NewMessage(role="user", text=text, created_at=1.0))
        if not await store.flush(30):
            sys.exit("not flushed")
        number += BATCH
        sys.stdout.write(f"saved {number}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(write_for_ever(Path(sys.argv[1]), int(sys.argv[2])))
