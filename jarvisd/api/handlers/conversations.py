"""GET /v1/conversations: a page of conversations, newest first."""

from jarvisd.api.exchange import Exchange
from jarvisd.wire import ConversationInfo, ConversationsQuery, ConversationsResponse


async def handle(exchange: Exchange) -> ConversationsResponse:
    """A page; ``next`` is the ``before`` of the page after it."""
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
