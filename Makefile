# evplans: set up, build, serve, test. `make help` lists the targets.
.DEFAULT_GOAL := help
PYTHON ?= python3
BIN := .venv/bin
UV_COMPILE := uv pip compile --universal --generate-hashes --no-header --group dev --group build --group assets

.PHONY: help serve build test test-stores faults soak clients bench link-quality learn lint format lock clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sort | awk -F ':.*## ' '{printf "  %-14s %s\n", $$1, $$2}'

.venv/.installed: requirements.lock pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "evplans needs Python 3.11 or newer")'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

FRONTEND := service/bundle.py service/frontend/package-lock.json $(wildcard service/frontend/*.* service/frontend/parts/*)
service/assets/dist/.stamp: $(FRONTEND) | .venv/.installed
	$(BIN)/python -m service.bundle

build: .venv/.installed service/assets/dist/.stamp ## bundle the front-end and build the dataset where their sources are newer
	$(BIN)/evplans build --if-needed

serve: build ## build if needed, then serve on http://127.0.0.1:8000
	$(BIN)/evplans serve

test: build ## run the whole suite
	$(BIN)/python -m pytest -n 2

test-stores: build ## install Virtuoso (Debian, as root) and run the tests of other stores
	command -v virtuoso-t >/dev/null || apt-get install -y --no-install-recommends virtuoso-opensource-7-bin
	EVPLANS_TEST_ALL=1 $(BIN)/python -m pytest tests/graph/test_stores.py tests/service/test_remote.py

faults: build ## kill builds, deliveries, servers, writers and workers at 200 moments each, swap 100 builds under load; an hour
	EVPLANS_TEST_KILLS=200 EVPLANS_TEST_BUILDS=100 $(BIN)/python -m pytest tests/graph/test_faults.py tests/service/test_kills.py tests/service/test_swap.py

soak: SECONDS ?= 1800
soak: build ## half an hour of queries, pages, hostile queries and builds (SECONDS= for less): does anything grow?
	$(BIN)/python -m tests.service.soak $(SECONDS)

bench: .venv/.installed ## measure this service beside its peer, a quarter of an hour
	$(BIN)/evplans bench

page-times: build ## print how long pages take, by type
	$(BIN)/python -m service.bench.pages

tests/clients/node_modules/.package-lock.json: tests/clients/package-lock.json | .venv/.installed
	$(BIN)/python -c 'from pathlib import Path; from service.bundle import install; install(Path("tests/clients"))'

clients: tests/clients/node_modules/.package-lock.json ## install the SPARQL clients from npm that tests use (110 MB)

learn: .venv/.installed ## learn anew from gold to recognise claims that no rule finds, ten minutes
	.venv/bin/evplans learn tests/corpus/round-1 tests/corpus/round-2 tests/corpus/round-3 tests/corpus/samples \
		$(wildcard ../shared/corpus/seeds ../shared/corpus/dev) --judge tests/corpus/practice

link-quality: build ## hide reviewed links, search them again in a stand-in for Wikidata, and measure
	$(BIN)/python -m tests.service.standin --quality

lint: .venv/.installed ## check style, types, rules and lexicon
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/evplans lint

format: .venv/.installed ## bring the code into the house style
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

lock: ## pin the dependencies anew (needs uv)
	$(UV_COMPILE) pyproject.toml --output-file requirements.lock

clean: ## remove the environment and what was built
	rm -rf .venv data service/assets/dist service/frontend/node_modules tests/clients/node_modules
