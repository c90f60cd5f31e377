"""The application with the whole graph, for uvicorn: `api.asgi:application` is a factory."""

from starlette.applications import Starlette

from api import logs, memory
from api.app import create
from core.settings import Settings
from schema import root


def application() -> Starlette:
    """The application by the settings of the environment."""
    logs.configure()
    settings = Settings.from_environment()
    app = create(settings, root.build(suggestions=settings.debug, executor=settings.executor == "breadth-first"))
    memory.settle()
    return app
