"""Tortoise's configuration for its command line: `python -m tortoise -c api.orm.CONFIG makemigrations LABEL`."""

from api.apps import APPS
from core import migrator
from core.settings import Settings

CONFIG = migrator.config(Settings.from_environment().database_url or "postgresql://127.0.0.1/zhongcao", APPS)
