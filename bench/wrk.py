"""HTTP load by `wrk`, over connections that are kept: requests in turn, or what a script makes of each."""

import json
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from typing import Final

import msgspec

_IN_TURN: Final = """
wrk.method = "POST"
wrk.body = {body}
local tokens, requests, number = {tokens}, {{}}, 0
function init()
  for place, token in ipairs(tokens) do
    local headers = {{["Content-Type"] = "application/json", Authorization = "Bearer " .. token}}
    requests[place] = wrk.format(nil, nil, headers)
  end
end
function request()
  number = number % #requests + 1
  return requests[number]
end
"""
_DONE: Final = """
function done(summary, latency, requests)
  local failed = summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout
  io.stderr:write(string.format('{"requests":%d,"microseconds":%d,"failed":%d,"refused":%d,"p50":%d,"p99":%d}',
    summary.requests, summary.duration, failed, summary.errors.status, latency:percentile(50), latency:percentile(99)))
end
"""


class Load(msgspec.Struct, frozen=True):
    """What came of a load: requests answered in so many microseconds, and their latencies, in microseconds too."""

    requests: int
    microseconds: int
    failed: int
    refused: int
    p50: int
    p99: int

    @property
    def per_second(self) -> float:
        return self.requests / self.microseconds * 1_000_000


def missing() -> bool:
    """Whether there is no `wrk` here."""
    return shutil.which("wrk") is None


def load(url: str, body: bytes, tokens: Sequence[str], seconds: int, connections: int) -> Load:
    """Posts `body` in the name of each token in turn.

    Raises RuntimeError when not every answer is a good one.
    """
    names = ", ".join(map(text, tokens))
    return run(url, _IN_TURN.format(body=text(body.decode()), tokens=f"{{{names}}}"), connections, seconds)


def run(url: str, lua: str, connections: int, seconds: int) -> Load:
    """Sends what a script asks for, by one thread. Raises RuntimeError when not every answer is a good one."""
    with tempfile.NamedTemporaryFile("w", suffix=".lua", encoding="utf-8") as script:
        script.write(lua + _DONE)
        script.flush()
        done = subprocess.run(
            ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "30s", "-s", script.name, url],
            capture_output=True,
            text=True,
            check=True,
        )
    found = msgspec.json.decode(done.stderr, type=Load)
    if found.failed or found.refused or not found.requests:
        raise RuntimeError(f"{url}: {found}")
    return found


def text(value: str) -> str:
    """A Lua string: JSON's escapes are Lua's, as long as no character is escaped by its number."""
    return json.dumps(value, ensure_ascii=False)
