"""GET /v1/conversations/{conversation}: one conversation with its messages."""

from jarvisd.api.exchange import Exchange
from jarvisd.store.model import StoredMessage
from jarvisd.wire import ConversationResponse, MessageInfo


async def handle(exchange: Exchange) -> ConversationResponse:
    """Its messages, oldest first, each with what was heard of it."""
    found = await exchange.services.store.conversation(exchange.path["conversation"])
    return ConversationResponse(
        conversation=found.id,
        created_at=found.created_at,
        messages=[_message(message) for message in found.messages],
    )


def _message(message: StoredMessage) -> MessageInfo:
    return MessageInfo(
        role=message.role,
        text=message.text,
        created_at=message.created_at,
        heard=message.heard,
        interrupted=message.interrupted,
        reply=message.reply or None,
        provider=message.provider,
        voice=message.voice,
    )
