# `make help` explains every target. Nothing but Python 3.11 or newer and make is needed.
PYTHON ?= python3
BIN := .venv/bin
PORT ?= 8000
RASA_PORT ?= 5005

.DEFAULT_GOAL := help

help: ## Show what can be done here
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk 'BEGIN {FS = ":.*## "} {printf "  make %-10s %s\n", $$1, $$2}'

run: setup var/nlu.npz ## Run the demo: phones, desk and a made-up Banyuwangi on http://127.0.0.1:8000
	@$(BIN)/loket demo --port $(PORT)

setup: .venv/.run ## Set up .venv with what running needs

test: .venv/.test var/nlu.npz ## Run every test that this machine can run
	@$(BIN)/python -m nlu.rasa install --optional
	@$(BIN)/pytest -q -n 2 --dist loadgroup

check: .venv/.test ## Format, lint, types, imports, texts
	@$(BIN)/ruff format --check -q . && $(BIN)/ruff check -q .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo
	@$(BIN)/loket check

fix: .venv/.test ## Format the code and mend what can be mended
	@$(BIN)/ruff format -q . && $(BIN)/ruff check -q --fix .

rasa: setup ## Serve a real Rasa beside it, on what data/nlu teaches (needs Python 3.10, 2.7 GB)
	@$(BIN)/python -m nlu.rasa serve --port $(RASA_PORT)

talks: .venv/.test ## Record the talk transcripts anew; the diff is the review
	@PYTHONPATH=tests $(BIN)/python -m support.talks --record

bench: .venv/.test ## Measure turns a second against an empty Flask route
	@$(BIN)/loket bench

sim: setup ## A phone in the terminal, against a running demo
	@$(BIN)/loket sim --url http://127.0.0.1:$(PORT)

draw: setup ## Draw every flow as a diagram into docs/flows
	@$(BIN)/loket draw

pictures: .venv/.test ## Make the README's pictures from a running demo
	@$(BIN)/python -m tools.pictures

lock: .venv/.test ## Write the lock files anew from pyproject.toml
	@$(BIN)/uv pip compile -q --universal --generate-hashes --no-header --no-emit-index-url --no-annotate --extra africastalking --extra twilio --extra broker --extra smpp --extra setup pyproject.toml -o requirements.lock
	@$(BIN)/uv pip compile -q --universal --generate-hashes --no-header --no-emit-index-url --no-annotate --all-extras pyproject.toml -c requirements.lock -o requirements-dev.lock

clean: ## Remove .venv and everything that was made here
	@rm -rf .venv var build *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed; PYTHON=/path/to/it make $(MAKECMDGOALS)"; exit 1; }
	@$(PYTHON) -m venv .venv

.venv/.run: .venv/bin/python requirements.lock pyproject.toml
	@echo "Setting up .venv (a minute, once) ..."
	@$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

.venv/.test: .venv/.run requirements-dev.lock
	@echo "Adding what the tests need ..."
	@$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $@

var/nlu.npz: .venv/.run config.yml $(wildcard nlu/*.py data/nlu/* data/languages/*)
	@echo "Learning to understand own words (some 20 seconds, once) ..."
	@$(BIN)/loket nlu train

.PHONY: help run setup test check fix rasa talks bench sim draw pictures lock clean
