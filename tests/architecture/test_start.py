"""A server starts within two seconds because it loads only what it serves with."""

import subprocess
import sys

# What takes long to load, and when it is loaded instead.
LATE = {
    "tortoise": "to migrate",
    "pydantic": "never",
    "redis": "with REDIS_URL",
    "meilisearch_python_sdk": "with MEILI_URL",
    "httpx2": "with MEILI_URL",
    "stripe": "with a key of that provider",
    "numpy": "never",
    "matplotlib": "to draw benchmarks",
    "pypinyin": "never: only its data is read",
    "rjieba": "a moment after the start",
    "demo": "with --demo",
}


def test_serving_loads_nothing_late() -> None:
    program = "import sys, api.cli; api.cli._lean(lambda: __import__('api.serving')); print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True).stdout.split()
    assert "api.serving" in loaded
    assert {name for name in LATE if name in loaded} == set()
