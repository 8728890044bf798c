# The verbs of this repository. Each installs what it needs and this machine lacks.
.DEFAULT_GOAL := help
SHELL := bash
PY := .venv/bin/python
CHECKED := sender servicio-analiticas panel-visual local bench examples tests
TYPED := sender servicio-analiticas panel-visual local
SERVICES := sender:sender analiticas:servicio-analiticas panel:panel-visual
COMPILE := UV_CUSTOM_COMPILE_COMMAND="make lock" .venv/bin/uv pip compile --quiet pyproject.toml \
	--universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links

.PHONY: help run test lint format lock bench faults clean

help: ## show this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

run: ## start everything on this machine and print the addresses; Ctrl-C stops it
	@local/install venv rabbitmq
	@exec $(PY) local/run.py

test: ## test everything, on the real broker, proxy and browser (beside a running `make run`)
	@local/install venv rabbitmq chromium amqp-tools node
	node --test tests/page/
	$(PY) -m pytest $(ARGS)

lint: ## what pre-commit checks: ruff, and mypy --strict
	@local/install venv
	.venv/bin/ruff check $(CHECKED)
	.venv/bin/ruff format --check $(CHECKED)
	.venv/bin/mypy $(TYPED)

format: ## let ruff write the code as it wants it
	@local/install venv
	.venv/bin/ruff format $(CHECKED)

lock: ## write requirements.lock and each service's requirements.txt from pyproject.toml
	@local/install venv
	$(COMPILE) --group dev -o requirements.lock
	$(foreach s,$(SERVICES),$(COMPILE) --group $(word 1,$(subst :, ,$s)) -c requirements.lock \
		-o $(word 2,$(subst :, ,$s))/requirements.txt$(newline))

bench: ## measure an event's way to the report and to the screen (about 2 minutes)
	@local/install venv rabbitmq
	PYTHONPATH=tests:local $(PY) bench/latency.py

faults: ## break every part on purpose and count: make faults [ROW=7] [SEED=42]
	@local/install venv rabbitmq
	PYTHONPATH=tests:local:tests/faults $(PY) tests/faults/run.py $(if $(ROW),--row $(ROW)) $(if $(SEED),--seed $(SEED))

clean: ## remove what can be made again; the data of `make run` stays in .run/
	rm -rf .venv .mypy_cache .pytest_cache .ruff_cache .hypothesis node_modules
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

define newline


endef
