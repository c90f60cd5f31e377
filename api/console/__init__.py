"""The console: a page to try the graph in, without any file from elsewhere."""

import functools
import tomllib
from pathlib import Path
from typing import Any, Final

import orjson
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, Response
from starlette.routing import Route

_FOLDER: Final = Path(__file__).parent
_FILES: Final = {
    "console.css": "text/css",
    "console.js": "text/javascript",
    "docs.js": "text/javascript",
    "icon.svg": "image/svg+xml",
    "preparing.js": "text/javascript",
}
_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:;"
    " connect-src 'self' ws: wss:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


def page() -> Response:
    """The page itself."""
    return HTMLResponse((_FOLDER / "index.html").read_text("utf-8"), headers={"Content-Security-Policy": _POLICY})


@functools.cache
def examples() -> list[dict[str, Any]]:
    """Operations to start with, as `examples.toml` explains them."""
    found: list[dict[str, Any]] = tomllib.loads((_FOLDER / "examples.toml").read_text("utf-8"))["example"]
    return found


async def _file(request: Request) -> Response:
    name = request.path_params["name"]
    if name == "examples.json":
        return Response(orjson.dumps(examples()), media_type="application/json")
    if name not in _FILES:
        return Response(status_code=404)
    return FileResponse(_FOLDER / name, media_type=_FILES[name], headers={"Cache-Control": "no-cache"})


FILES: Final = Route("/console/{name}", _file, methods=["GET"])
