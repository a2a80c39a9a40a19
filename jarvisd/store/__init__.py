"""Conversations, kept in memory and in SQLite; never delays a reply."""

from jarvisd.store.model import (
    Conversation,
    ConversationSummary,
    NewMessage,
    StoredMessage,
    StoreNews,
)
from jarvisd.store.receipt import Receipt
from jarvisd.store.store import Store

__all__ = [
    "Conversation",
    "ConversationSummary",
    "NewMessage",
    "Receipt",
    "Store",
    "StoreNews",
    "StoredMessage",
]
