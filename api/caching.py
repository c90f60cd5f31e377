"""What caches between us and a client may keep: answers to persisted documents that were asked for by GET."""

import hashlib

from starlette.requests import Request
from starlette.responses import Response


def revalidated(request: Request, response: Response, public_max_age: int) -> Response:
    """The response with its ETag, or 304 when the client has it already.

    Caches may keep for `public_max_age` seconds what is answered to anybody, and must otherwise ask whether it still
    holds; what is answered to somebody is for them alone. Streams, errors, and answers that lack something stay as they
    are.
    """
    if response.status_code != 200 or not response.headers["content-type"].startswith("application/"):
        return response
    body = bytes(response.body)
    if not body.startswith(b'{"data"'):
        return response
    if "authorization" in request.headers:
        policy = "private, no-cache"
    else:
        policy = f"public, max-age={public_max_age}" if public_max_age else "public, no-cache"
    # Weak, as proxies may compress.
    tag = f'W/"{hashlib.sha256(body).hexdigest()[:32]}"'
    headers = {"ETag": tag, "Cache-Control": policy}
    known = [each.strip() for each in request.headers.get("if-none-match", "").split(",")]
    if tag in known or "*" in known:
        return Response(status_code=304, headers=headers)
    response.headers.update(headers)
    return response
