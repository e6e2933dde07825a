# All set-up is done by these targets; nothing has to be installed by hand but Python 3.11 or newer.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check

.DEFAULT_GOAL := help
.PHONY: help run dev migrate demo check test lint types unit test-spark browser messages lock screenshots bench clean

help: ## List all targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'

$(BIN)/python:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Rapport needs Python 3.11 or newer; set PYTHON=...")'
	$(PYTHON) -m venv $(VENV)

# The stamps make a second start skip the installation unless a list of requirements has changed.
$(VENV)/.installed: requirements.txt | $(BIN)/python
	$(PIP) install -q -r requirements.txt
	@touch $@

$(VENV)/.installed-dev: requirements-dev.txt $(VENV)/.installed
	$(PIP) install -q -r requirements.txt -r requirements-dev.txt
	@touch $@

run: $(VENV)/.installed ## Install, migrate, start on http://127.0.0.1:8501
	$(BIN)/python cli.py run

dev: $(VENV)/.installed-dev ## Start with live reload of pages and services
	PYTHONPATH=. $(BIN)/python cli.py run --reload

migrate: $(VENV)/.installed ## Bring the database to the newest migration
	$(BIN)/python cli.py migrate

demo: $(VENV)/.installed ## Load the demonstration company into an empty installation
	$(BIN)/python cli.py demo

check: $(VENV)/.installed ## Is this installation fit to run?
	$(BIN)/python cli.py check

test: $(VENV)/.installed-dev ## Install what the tests need and run them all: lint, types, tests, browser
	@./tests/install-browser
	$(MAKE) lint types
	$(BIN)/python -m pytest tests -n 2 --dist loadfile

lint: $(VENV)/.installed-dev ## Ruff: rules and format
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/.installed-dev ## Mypy, strict
	$(BIN)/mypy .

unit: $(VENV)/.installed-dev ## Only the tests without a browser
	$(BIN)/python -m pytest tests -n 2 --dist loadfile -m "not browser"

# Spark has a virtual environment of its own: 400 MB that nothing else needs. It wants Java 17 or newer.
.venv-spark/.installed:
	$(PYTHON) -m venv .venv-spark
	.venv-spark/bin/python -m pip --disable-pip-version-check install -q "pyspark==4.0.1"
	@touch $@

test-spark: $(VENV)/.installed-dev .venv-spark/.installed ## The analytical questions on a local Spark give the same rows
	rm -rf .venv-spark/questions && mkdir -p .venv-spark/questions
	$(BIN)/python -m tests.spark.write .venv-spark/questions
	.venv-spark/bin/python tests/spark/compare.py .venv-spark/questions

browser: $(VENV)/.installed-dev ## Only the journeys in a real browser
	@./tests/install-browser
	$(BIN)/python -m pytest tests -m browser

messages: $(VENV)/.installed-dev ## Collect all visible sentences into locale/rapport.pot
	$(BIN)/pybabel -q extract --ignore-dirs='.*' --no-location --sort-output --omit-header -k _ -k ngettext:1,2 -o locale/rapport.pot pages services api

lock: $(VENV)/.installed-dev ## Pin requirements.in and requirements-dev.in anew
	$(PIP) install -q uv
	$(BIN)/uv pip compile -q --universal --python-version 3.11 --no-header requirements.in -o requirements.txt
	$(BIN)/uv pip compile -q --universal --python-version 3.11 --no-header requirements-dev.in -o requirements-dev.txt

screenshots: $(VENV)/.installed-dev ## Make the pictures of the README from the demonstration company
	@./tests/install-browser
	$(BIN)/python -m docs.screenshots

bench: $(VENV)/.installed-dev ## Measure; prints the tables of benchmarks/README.md
	$(BIN)/python -m benchmarks

clean: ## Remove the virtual environment and caches; data under var/ stays
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis
