"""The floor under the daemon: the smallest server of the same kind, in a process of its own.

``python -m jarvisbench.bare_server SOCKET`` serves two routes with plain Starlette on plain
uvicorn with uvloop over a Unix socket, exactly as their tutorials do. What it costs is what
anybody pays; the rest is ours.
"""

import asyncio
import sys
from collections.abc import AsyncIterator

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

FRAME = bytes(882)  # 20 ms at 22 050 Hz
FRAME_S = 0.02


async def _live(_request: Request) -> Response:
    return JSONResponse({"live": True})


async def _frames(request: Request) -> Response:
    """``count`` frames, one every 20 ms."""
    return StreamingResponse(_paced(int(request.query_params["count"])), media_type="audio/L16")


async def _paced(count: int) -> AsyncIterator[bytes]:
    clock = asyncio.get_running_loop().time
    began = clock()
    for number in range(count):
        await asyncio.sleep(max(0.0, began + number * FRAME_S - clock()))
        yield FRAME


def main() -> None:
    """Serve until a signal comes."""
    app = Starlette(routes=[Route("/v1/live", _live), Route("/frames", _frames)])
    uvicorn.run(app, uds=sys.argv[1], log_level="warning", access_log=False, lifespan="off")


if __name__ == "__main__":
    main()
