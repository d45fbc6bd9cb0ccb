# Needs make and Python 3.11 to 3.13. `make help` lists the verbs.

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
SHELL := /bin/sh

VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --no-input
PINNED := -c constraints.txt
SOURCES := pyproject.toml constraints.txt

# The interpreter of the environment: the first of these that runs and is a version we support.
# `make PYTHON=/path/to/python demo` chooses another.
CANDIDATES := python3.12 python3.11 python3.13 python3 python
SUPPORTED := import sys, venv, ensurepip; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))
FIND_PYTHON = for candidate in $(CANDIDATES); do \
	command -v "$$candidate" >/dev/null 2>&1 && "$$candidate" -c '$(SUPPORTED)' 2>/dev/null \
	&& "$$candidate" -c 'import sys; print(sys.executable)' && break; done
PYTHON ?= $(shell $(FIND_PYTHON))

# Tests run in this many processes; each starts its own Spark and PostgreSQL.
JOBS ?= 3
BENCH ?= profile store
TESTS ?= tests

.PHONY: help setup demo test check lint fix types bench docs constraints clean

help: ## list the verbs
	@sed -n 's/^\([a-z]*\):.*## /  \1\t/p' Makefile | expand -t 16

setup: $(VENV)/.ready ## make .venv with Headwater and all its extras

demo: setup ## crawl sample_data and walk the whole loop, telling what it does
	@$(BIN)/headwater demo $(DEMO)

test: lint check ## lint, types, import rules and tests

lint: $(VENV)/.ready-test ## ruff, mypy and the import rules
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

check: $(VENV)/.ready-test ## tests alone; TESTS=tests/connectors for some, JOBS=1 for one process
	$(BIN)/pytest $(if $(filter-out 0 1,$(JOBS)),-n $(JOBS) --dist loadfile --no-loadscope-reorder) $(PYTEST) $(TESTS)

fix: $(VENV)/.ready-test ## let ruff repair and format what it can
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(VENV)/.ready-bench ## measure speed and memory beside peers; BENCH=profile for one
	@for name in $(BENCH); do $(BIN)/python -m benchmarks.$$name || exit; done

docs: $(VENV)/.ready-test ## write the command line reference again and check the docs
	$(BIN)/python docs/build.py
	$(BIN)/pytest -q tests/project/test_docs.py

constraints: $(VENV)/.ready ## pin every version again, from pyproject.toml
	$(PIP) install -qq uv
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --no-header --no-annotate \
		--upgrade --all-extras --group setup --group test --group bench \
		pyproject.toml -o constraints.txt

clean: ## remove what the other verbs made, the environment too
	rm -rf $(VENV) build dist out .demo *.egg-info .mypy_cache .ruff_cache .pytest_cache \
		.import_linter_cache .hypothesis spark-warehouse metastore_db derby.log
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(VENV)/.python:
	@test -n "$(PYTHON)" || { \
		echo "Headwater needs Python 3.11, 3.12 or 3.13 with its venv module, and none of" >&2; \
		echo "$(CANDIDATES) is one. Install it, or say where it is: make PYTHON=/path/to/python3.12" >&2; \
		exit 1; }
	@"$(PYTHON)" -c '$(SUPPORTED)' || { \
		echo "$(PYTHON) is not Python 3.11, 3.12 or 3.13 with its venv module (on Debian: apt install python3-venv)." >&2; \
		exit 1; }
	@echo "Setting up $(VENV) with $(PYTHON)"
	@"$(PYTHON)" -m venv $(VENV)
	@$(PIP) install -qq $(PINNED) pip setuptools
	@touch $@

# The set-up tools come first: `--group` needs a newer pip than some Pythons bring, and a build
# without isolation uses the pinned setuptools.
$(VENV)/.ready: $(VENV)/.python $(SOURCES)
	@echo "Installing Headwater and its extras (once; about 300 MB to download)"
	@$(PIP) install -qq $(PINNED) pip setuptools
	@$(PIP) install -qq $(PINNED) --no-build-isolation -e '.[all]'
	@touch $@

$(VENV)/.ready-test: $(VENV)/.ready
	@echo "Installing what the tests need"
	@$(PIP) install -qq $(PINNED) --no-build-isolation -e '.[all]' --group test
	@touch $@

$(VENV)/.ready-bench: $(VENV)/.ready-test
	@$(PIP) install -qq $(PINNED) --group bench
	@touch $@
