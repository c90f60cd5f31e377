"""Pictures and films of the demonstration, served here so that it needs nobody else's server."""

import functools
import importlib
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import FileResponse, Response

# A picture under an address never changes; scripts inside an SVG must never run on our origin.
_HEADERS: Final = {
    "Cache-Control": "public, max-age=86400, immutable",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'",
}


@functools.cache
def _pictures() -> Any:
    """What draws them; most servers never need it."""
    return importlib.import_module("demo.pictures")


async def picture(request: Request) -> Response:
    """The picture or film at a path below /media/demo/."""
    film = _pictures().film(request.path_params["path"])
    if film is not None:
        return FileResponse(film, headers=_HEADERS, media_type="video/mp4")
    drawn = _pictures().render(request.path_params["path"])
    if drawn is None:
        return Response(status_code=404)
    return Response(drawn, headers=_HEADERS, media_type="image/svg+xml")
