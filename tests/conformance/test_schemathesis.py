"""Schemathesis makes up operations from the schema: none may end in a defect, whatever it was given.

Its own check of GraphQL takes every error for a fault. Ours are refusals with a code, which is how bad input is told.
"""

from pathlib import Path
from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from schemathesis.graphql import nodes

from tests.services.programs import Served

schemathesis.graphql.scalar("DateTime", st.datetimes().map(lambda at: nodes.String(f"{at.isoformat()}Z")))
schemathesis.graphql.scalar("Decimal", st.decimals(-10, 10_000_000, places=2).map(lambda made: nodes.String(str(made))))
schemathesis.graphql.scalar("URL", st.text(max_size=30).map(lambda made: nodes.String(f"https://a.example/{made}")))
SCHEMA = schemathesis.graphql.from_path(Path(__file__).parents[2] / "schema" / "schema.graphql")
SIGN_IN = """mutation ($input: SignInInput!) { signIn(input: $input) { session { accessToken } } }"""


@pytest.fixture(scope="module")
def token(served: Served) -> str:
    found = served.ask(SIGN_IN, input={"handle": "demo", "password": "zhongcao-demo"})["signIn"]
    return str(found["session"]["accessToken"])  # type: ignore[index]


@SCHEMA.parametrize()
@settings(
    max_examples=8,
    derandomize=True,
    deadline=None,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
def test_no_operation_ends_in_a_defect(case: schemathesis.Case[Any], served: Served, token: str) -> None:
    answer = httpx.post(
        f"http://{served.address}/graphql",
        json=case.body if isinstance(case.body, dict) else {"query": case.body},
        headers={"Authorization": f"Bearer {token}"},
        timeout=30,
    )
    told = answer.json()
    assert answer.status_code < 500 and ("data" in told or told["errors"]), told
    # What does not validate is told as the specification has it, without a path and a code.
    codes = [error.get("extensions", {}).get("code") for error in told.get("errors", ()) if "path" in error]
    assert None not in codes and "INTERNAL" not in codes, told
