# `make help` lists the verbs. Each installs what it needs and only what is missing.
PYTHON ?= python3
BIN := .venv/bin
CODE := sender servicio-analiticas panel-visual local
COMPILE := UV_CUSTOM_COMPILE_COMMAND="make lock" $(BIN)/uv pip compile -q pyproject.toml \
	--universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links

.PHONY: help run test lint format lock bench bench-push clean
.DEFAULT_GOAL := help

help: ## list the verbs
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: ## start everything on this machine, without Docker; Ctrl-C stops it
	@$(PYTHON) local/setup_machine.py run
	@$(BIN)/python local/run.py

test: ## test everything on the real broker, proxy and browser; T= passes words to pytest
	@$(PYTHON) local/setup_machine.py test
	@$(BIN)/python -m pytest -n 2 --dist loadfile $(T)

lint: ## ruff and mypy --strict, as pre-commit runs them
	@$(PYTHON) local/setup_machine.py lint
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check
	@$(BIN)/mypy $(CODE)

format: ## rewrite the Python code in the one style
	@$(PYTHON) local/setup_machine.py format
	@$(BIN)/ruff check --fix
	@$(BIN)/ruff format

lock: ## rewrite requirements.lock and each service's requirements.txt from pyproject.toml
	@$(PYTHON) local/setup_machine.py lock
	@$(COMPILE) --group dev -o requirements.lock
	@$(COMPILE) --group sender -c requirements.lock -o sender/requirements.txt
	@$(COMPILE) --group analiticas -c requirements.lock -o servicio-analiticas/requirements.txt
	@$(COMPILE) --group panel -c requirements.lock -o panel-visual/requirements.txt

bench: ## measure how fast an event is on a screen
	@$(PYTHON) local/setup_machine.py test
	@PYTHONPATH=local:tests $(BIN)/python bench/latency.py

bench-push: ## compare pushing with nginx+nchan, websockets' own and plain C (6 minutes; T=--quick)
	@$(PYTHON) local/setup_machine.py bench-push
	@PYTHONPATH=bench/push:panel-visual:local:tests $(BIN)/python bench/push/measure_push.py $(T)

faults: ## break every part on purpose and show what became of the events; ROW=7 SEED=42 repeats one
	@$(PYTHON) local/setup_machine.py test
	@PYTHONPATH=local:tests:sender:servicio-analiticas $(BIN)/python tests/faults/run.py \
		--row "$(ROW)" --seed "$(SEED)" --size "$(or $(SIZE),full)"

clean: ## remove .venv, caches and all local data (.run: the counts too)
	@rm -rf .venv .run .mypy_cache .pytest_cache .ruff_cache .hypothesis
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
