"""Notifications of payment providers. They make us ask the provider; what they say themselves is not believed."""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from api import requests
from api.requests import MalformedError
from commerce.payments import actions
from schema.context import Services


async def payment(request: Request, services: Services) -> Response:
    """Takes a notification signed in X-Signature: 204, or 401 when it is not the provider's."""
    provider = services.providers.get(request.path_params["provider"])
    if provider is None:
        return _refused(404, "There is no such provider.")
    try:
        body = await requests.body(request)
    except MalformedError as error:
        return _refused(error.status, error.message)
    if not await actions.receive(provider, body, request.headers.get("x-signature", "")):
        return _refused(401, "The signature is not the provider's.")
    return Response(status_code=204)


def _refused(status: int, message: str) -> Response:
    return JSONResponse({"errors": [{"message": message}]}, status)
