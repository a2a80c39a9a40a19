"""Conversations: list, read and delete them."""

from jarvisd.api.access import Role
from jarvisd.api.exchange import Exchange, route
from jarvisd.store.model import StoredMessage
from jarvisd.wire import (
    ConversationInfo,
    ConversationResponse,
    ConversationsQuery,
    ConversationsResponse,
    DeletedResponse,
    MessageInfo,
)


@route("GET /v1/conversations", Role.OPERATOR, ConversationsResponse, query=ConversationsQuery)
async def conversations(exchange: Exchange) -> ConversationsResponse:
    """A page of conversations, newest first."""
    query = exchange.query_as(ConversationsQuery)
    page = await exchange.services.store.conversations(query.limit, query.before)
    return ConversationsResponse(
        conversations=[
            ConversationInfo(
                conversation=summary.id,
                created_at=summary.created_at,
                updated_at=summary.updated_at,
                messages=summary.messages,
                title=summary.title,
            )
            for summary in page
        ],
        next=page[-1].cursor if len(page) == query.limit else None,
    )


@route("GET /v1/conversations/{conversation}", Role.OPERATOR, ConversationResponse)
async def conversation(exchange: Exchange) -> ConversationResponse:
    """One conversation with its messages."""
    found = await exchange.services.store.conversation(exchange.path["conversation"])
    return ConversationResponse(
        conversation=found.id,
        created_at=found.created_at,
        messages=[_message(message) for message in found.messages],
    )


@route("DELETE /v1/conversations/{conversation}", Role.OPERATOR, DeletedResponse)
async def forget(exchange: Exchange) -> DeletedResponse:
    """Delete a conversation for good."""
    deleted = await exchange.services.replies.forget(exchange.path["conversation"])
    return DeletedResponse(deleted=deleted)


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
        failed=message.failed,
    )
