"""The first page of a server: what this is, and where its API is. Plain, and without any file from elsewhere."""

import base64
import hashlib
import html
import string
from pathlib import Path
from typing import Final

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from core.settings import Settings

_PAGE: Final = string.Template(Path(__file__).with_name("home.html").read_text("utf-8"))
_CONSOLE: Final = (
    '<p><a href="/graphql">控制台：试用接口，查看文档</a>'
    ' <span lang="en">· <a href="/graphql">the console, with documentation and examples</a></span></p>'
)
_STYLE: Final = _PAGE.template.partition("<style>")[2].partition("</style>")[0]
_DIGEST: Final = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
_POLICY: Final = (
    f"default-src 'none'; style-src 'sha256-{_DIGEST}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


class Home:
    """The page, which tells of the console where there is one."""

    def __init__(self, settings: Settings) -> None:
        endpoint = f"{settings.public_url.rstrip('/')}/graphql"
        self._page = _PAGE.substitute(endpoint=html.escape(endpoint), console=_CONSOLE if settings.debug else "")

    async def __call__(self, request: Request) -> Response:
        return HTMLResponse(self._page, headers={"Content-Security-Policy": _POLICY})
