"""Which web pages may open a socket. Of requests the browser asks by CORS; of sockets it asks nobody, so we look."""

from urllib.parse import urlsplit

from starlette.requests import HTTPConnection

from core.settings import Settings

_PORTS = {"http": 80, "https": 443}


class Origins:
    """The pages of the server's own address, and of those that ZHONGCAO_CORS_ORIGINS names."""

    def __init__(self, settings: Settings) -> None:
        self._any = "*" in settings.cors_origins
        self._allowed = {*settings.cors_origins, of_url(settings.public_url)}

    def allow(self, connection: HTTPConnection) -> bool:
        """Whether the page that connects may; what is no browser names none."""
        return self._any or self._allowed.issuperset(connection.headers.getlist("origin"))


def of_url(url: str) -> str:
    """The origin of a URL as a browser writes it."""
    parts = urlsplit(url)
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
    port = "" if parts.port in (None, _PORTS.get(parts.scheme)) else f":{parts.port}"
    return f"{parts.scheme}://{host}{port}"
