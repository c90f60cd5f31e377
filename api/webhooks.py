"""Notifications of payment providers. They make us ask the provider; what they say themselves is not believed."""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from api import requests
from api.requests import MalformedError
from commerce.payments import actions
from commerce.payments.provider import NoAnswerError
from schema.context import Services


async def payment(request: Request, services: Services) -> Response:
    """Takes a notification: 204; 401 when it is not the provider's, or old; 503 when it must be sent again."""
    provider = services.providers.get(request.path_params["provider"])
    if provider is None:
        return _refused(404, "There is no such provider.")
    try:
        body = await requests.body(request)
    except MalformedError as error:
        return _refused(error.status, error.message)
    try:
        heard = await actions.receive(provider, body, request.headers.get(provider.signature_header, ""))
    except NoAnswerError:
        return _refused(503, "The provider could not be asked: send it again.")
    if not heard:
        return _refused(401, "The signature is not the provider's, or too old.")
    return Response(status_code=204)


def _refused(status: int, message: str) -> Response:
    return JSONResponse({"errors": [{"message": message}]}, status)
