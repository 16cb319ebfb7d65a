# `make` lists what there is. Every target sets up what it needs, from nothing and again.
VENV := .venv
BIN := $(VENV)/bin
PYTHON ?= python3
T ?= tests
OLD := .venv-pylti1p3
# What the library takes part in: messages that are checked.
MESSAGES := launch_checks launch_envelopes logins replay deep_linking resource
# Twice as many as there are cores, because many tests wait; six at the most. The tests say in which
# order (tests/conftest.py).
AT_ONCE := --numprocesses $(shell n=$$((2 * $$(nproc))); echo $$((n < 6 ? n : 6))) --dist loadfile \
	--no-loadscope-reorder
SOURCES := app sandbox tests config bench wsgi.py

.PHONY: help setup chromium run demo test test-pylti1p3 bench bench-batch bench-picker lint fix migration translations lock

help: ## this list
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / {printf "make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(VENV)/.installed ## a virtual environment with the locked requirements

$(VENV)/.installed: requirements-dev.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo 'Studio Embed needs Python 3.11 or newer: make PYTHON=python3.x …' >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null \
		|| { echo 'Python cannot make a virtual environment: apt install python3-venv' >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@touch $@

chromium: # Debian's Chromium, for the browser tests
	@command -v chromium >/dev/null || if [ "$$(id -u)" = 0 ]; then \
		apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium >/dev/null; \
	else \
		echo 'The browser tests need Chromium: apt install chromium (as root), then make test again.' >&2; exit 1; \
	fi

run: setup ## the service alone, on http://localhost:8000
	$(BIN)/gunicorn -c config/gunicorn.py wsgi:app

demo: setup ## the service with a sandbox LMS and Studio; RESET=1 forgets Studio's last state, MEDIA=10000
	@$(BIN)/python -m sandbox.demo $(if $(RESET),--reset) $(if $(MEDIA),--media $(MEDIA))

test: setup chromium ## every test, or some: make test T=tests/units
	$(BIN)/python -m pytest $(AT_ONCE) $(T)

test-pylti1p3: setup $(OLD)/.installed ## launches on PyLTI1p3 2.0.0, which pylti1p3next continues
	$(OLD)/bin/python -m pytest $(AT_ONCE) -k 'not postgresql' \
		$(foreach name,$(MESSAGES),$(wildcard tests/journeys/test_$(name)*.py))

$(OLD)/.installed: requirements-dev.txt requirements-pylti1p3.txt
	$(PYTHON) -m venv $(OLD)
	$(OLD)/bin/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	$(OLD)/bin/pip uninstall --quiet --yes pylti1p3next
	$(OLD)/bin/pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements-pylti1p3.txt
	@touch $@

bench: setup ## what a launch costs, beside the least that any tool must do
	$(BIN)/python -m bench

bench-picker: setup chromium ## how quick the picker is with 10,000 media, beside what it waits for
	$(BIN)/python -m bench.picker

bench-batch: setup ## a batch of 8,000: its share of what Studio allows, and what kill -9 costs; ITEMS=300
	$(BIN)/python -m bench.batch $(if $(ITEMS),--items $(ITEMS)) $(if $(KILLS),--kills $(KILLS))

lint: setup ## format, lint, types, Dockerfile
	$(BIN)/ruff format --check $(SOURCES)
	$(BIN)/ruff check $(SOURCES)
	$(BIN)/mypy
	$(BIN)/hadolint Dockerfile

fix: setup ## mend what format and lint can mend
	$(BIN)/ruff check --fix $(SOURCES)
	$(BIN)/ruff format $(SOURCES)

migration: setup ## a new migration from the models: make migration M="add a table"
	@test -n "$(M)" || { echo 'make migration M="what it does"' >&2; exit 2; }
	$(BIN)/flask db revision "$(M)"

translations: setup ## new texts into app/translations/*/LC_MESSAGES/messages.po, and what is there compiled
	$(BIN)/pybabel --quiet extract -o $(VENV)/messages.pot
	$(BIN)/pybabel --quiet update -i $(VENV)/messages.pot
	$(BIN)/pybabel --quiet compile

lock: setup ## the locked requirements, anew
	$(BIN)/uv pip compile --upgrade $(LOCKED) requirements.in -o requirements.txt
	$(BIN)/uv pip compile --upgrade $(LOCKED) -c requirements.txt requirements-dev.in -o requirements-dev.txt

LOCKED := --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-header
