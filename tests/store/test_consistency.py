"""Whatever happens in whatever order, the history is what a simple list would hold."""

import asyncio
import tempfile
from collections import defaultdict
from dataclasses import replace
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from jarvisd.store import NewMessage, Store
from jarvisd.store.recent import Recent

Step = tuple[str, int, int]
STEPS = ["add", "add", "add", "mark", "history", "history", "flush", "forget", "restart", "turn"]


class Model:
    """Conversations as plain lists."""

    def __init__(self) -> None:
        self.said: dict[str, list[NewMessage]] = defaultdict(list)

    def mark(self, reply: str, heard: str) -> None:
        for messages in self.said.values():
            for index, message in enumerate(messages):
                if message.reply == reply:
                    messages[index] = replace(message, heard=heard, interrupted=True)


async def open_small(path: Path) -> Store:
    """A store whose memory holds so little that the disk is asked all the time."""
    store = await Store.open(path, queue=10_000)
    store._recent = Recent(conversations=2, chars=900, complete=False)
    return store


async def compare(path: Path, taken: list[Step]) -> None:
    store, model = await open_small(path), Model()
    for number, (step, which, amount) in enumerate(taken):
        name = f"c{which}"
        if step == "add":
            message = NewMessage(
                role="assistant", text="x" * amount, created_at=float(number), reply=f"r{number}"
            )
            store.add_message(name, message)
            model.said[name].append(message)
        elif step == "mark":
            store.mark_heard(f"r{amount}", "x", interrupted=True)
            model.mark(f"r{amount}", "x")
        elif step == "history":
            await agree(store, model, name, limit=1 + amount % 7)
        elif step == "flush":
            assert await store.flush(10)
        elif step == "forget":
            assert await store.forget(name) == len(model.said.pop(name, []))
        elif step == "restart":
            assert await store.close()
            store = await open_small(path)
        else:
            await asyncio.sleep(0)
    for name in list(model.said):
        await agree(store, model, name, limit=1_000)
    listed = {entry.id: entry.messages for entry in await store.conversations(100, None)}
    assert listed == {name: len(said) for name, said in model.said.items() if said}
    assert await store.close()


async def agree(store: Store, model: Model, name: str, limit: int) -> None:
    found = [
        (m.text, m.heard, m.interrupted, m.created_at) for m in await store.history(name, limit)
    ]
    said = [(m.text, m.heard, m.interrupted, m.created_at) for m in model.said[name][-limit:]]
    assert found == said


@given(
    st.lists(st.tuples(st.sampled_from(STEPS), st.integers(0, 3), st.integers(0, 50)), max_size=60)
)
@settings(max_examples=60, deadline=None)
def test_history_is_what_was_said_last(taken: list[Step]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(compare(Path(folder) / "jarvisd.sqlite", taken))
