# Everything that one does with this project, by name. `make help` lists it.
.DEFAULT_GOAL := help
SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c

PYTHON ?= $(shell command -v python3.11 || command -v python3.12 || command -v python3.13 || echo python3)
PORT ?= 8000
DATA ?= ./data
BIN := .venv/bin
ROOMS := api demo schema execution search content commerce people core migrations
STAMP := .venv/.ready
RUNS := .venv/.runs
# How many tests run at a time; the database server is shared by all.
JOBS ?= auto

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-15s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: $(STAMP) ## Install everything into .venv, exactly as locked

# pip brings uv alone, which brings the rest.
$(BIN)/uv:
	@command -v $(PYTHON) >/dev/null || { echo "error: $(PYTHON) is missing; name another by PYTHON=…" >&2; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements-setup.lock

# uv does not read what pip was told of a mirror, its certificates and the way there, by environment or file: hand it on.
define install
	@told=$$($(BIN)/python -m pip config list 2>/dev/null || true); \
	of() { sed -n "s/^[a-z:]*\.$$1='\(.*\)'$$/\1/p" <<<"$$told" | head -n 1; }; \
	export VIRTUAL_ENV=.venv UV_DEFAULT_INDEX="$${UV_DEFAULT_INDEX:-$$(of index-url)}" \
		SSL_CERT_FILE="$${SSL_CERT_FILE:-$$(of cert)}" ALL_PROXY="$${ALL_PROXY:-$$(of proxy)}"; \
	set -x; $(BIN)/uv pip install -q --require-hashes $(addprefix -r ,$(1)); \
	$(BIN)/uv pip install -q --no-deps --no-build-isolation -e .
endef

$(RUNS): requirements-setup.lock requirements.lock pyproject.toml | $(BIN)/uv
	$(call install,requirements-setup.lock requirements.lock)
	@touch $@

$(STAMP): requirements-dev.lock pyproject.toml | $(BIN)/uv
	$(call install,requirements-dev.lock)
	@touch $@ $(RUNS)

run: $(RUNS) ## Serve on PORT (8000) with demonstration data in DATA (./data)
	@$(BIN)/zhongcao serve --port $(PORT) --data $(DATA) --demo

test: setup ## Run the tests
	$(BIN)/python -m pytest -n $(JOBS)

soak: setup ## Try SOAK (20000) operations on both executors, STEPS (20000) of commerce, KILLS (50) of servers
	SOAK=$${SOAK:-20000} $(BIN)/python -m pytest tests/execution/test_oracle.py
	STEPS=$${STEPS:-20000} $(BIN)/python -m pytest tests/commerce/stateful
	KILLS=$${KILLS:-50} $(BIN)/python -m pytest -o log_cli=true -o log_cli_level=INFO tests/processes/test_kills.py

check: setup ## Lint, types, import contracts, schema and migrations: what CI runs
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy $(filter-out migrations,$(ROOMS))
	PYTHONPATH=. $(BIN)/lint-imports --no-cache
	$(BIN)/zhongcao schema | diff -u schema/schema.graphql - || { echo "error: run make schema" >&2; exit 1; }
	$(BIN)/python -m pytest tests/architecture

schema: setup ## Write schema/schema.graphql anew
	$(BIN)/zhongcao schema > schema/schema.graphql

bench: setup .venv/.bench ## Measure (see bench/README.md)
	$(BIN)/python -m bench

bench-discovery: setup .venv/.bench ## Measure search and feed
	$(BIN)/python -m bench.discovery

.venv/.bench: requirements-bench.lock $(STAMP)
	$(call install,requirements-bench.lock)
	@touch $@

fmt: setup ## Format and mend what can be mended
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

UV_COMPILE := $(BIN)/uv pip compile --generate-hashes --no-emit-index-url --no-emit-find-links \
	--universal --python-version 3.11 -q --custom-compile-command "make lock"
lock: setup ## Write the lock files anew; UPGRADE=1 takes the newest versions
	$(UV_COMPILE) $(if $(UPGRADE),--upgrade) -o requirements.lock pyproject.toml
	$(UV_COMPILE) $(if $(UPGRADE),--upgrade) -o requirements-setup.lock --group setup -c requirements.lock
	$(UV_COMPILE) $(if $(UPGRADE),--upgrade) -o requirements-dev.lock pyproject.toml --group dev -c requirements-setup.lock -c requirements.lock
	$(UV_COMPILE) $(if $(UPGRADE),--upgrade) -o requirements-bench.lock pyproject.toml --group bench -c requirements-dev.lock

clean: ## Remove what can be made again (never DATA)
	rm -rf .venv build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis

.PHONY: help setup run test soak check schema bench bench-discovery fmt lock clean
