"""Tortoise's configuration for its command line: `python -m tortoise -c api.orm.CONFIG makemigrations LABEL`."""

from api.apps import APPS
from core import db
from core.settings import Settings

CONFIG = db.config(Settings.from_environment().database_url or "postgresql://127.0.0.1/zhongcao", APPS)
