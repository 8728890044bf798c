# `make help` lists the verbs. Each installs what it needs and only what is missing.
# PYTHON=/path/to/python takes another interpreter than the one that local/setup.sh finds.
SETUP := sh local/setup.sh
# Files are UTF-8 whatever the locale says, and so is what is printed.
export PYTHONUTF8 := 1
BIN := .venv/bin
COMPILE := UV_CUSTOM_COMPILE_COMMAND="make lock" $(BIN)/uv pip compile -q pyproject.toml \
	--universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links

.PHONY: help run run-cluster test test-compose test-cluster lint format lock bench bench-push bench-page bench-history bench-ingest profile-foreign load bench-agreement bench-counting bench-stores bench-cluster bench-clients bench-alerts faults faults-cluster fuzz fuzz-contracts contracts secretos clean
.DEFAULT_GOAL := help

help: ## list the verbs
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: ## start everything on this machine, without Docker; Ctrl-C stops it
	@$(SETUP) run
	@$(BIN)/python local/run.py

run-cluster: ## the same with three of each part that counts, under Patroni and in one RabbitMQ cluster, to kill what you like
	@$(SETUP) run-cluster
	@$(BIN)/python local/run_cluster.py

test: ## test everything on the real broker, proxy and browser; T= passes words to pytest
	@$(SETUP) test
	@$(BIN)/python -m pytest -n 4 --dist loadfile --no-loadscope-reorder $(T)

test-compose: ## bring the compose file up on Docker, break, scale and move it (12 minutes)
	@$(SETUP) test
	@COMPOSE_TESTS=all $(BIN)/python -m pytest tests/compose $(T)

test-cluster: ## start a cluster of three of everything, kill, freeze and cut off its parts under load, count exactly (10 minutes)
	@$(SETUP) run-cluster
	@$(SETUP) test
	@CLUSTER_TESTS=all $(BIN)/python -m pytest tests/cluster $(T)

lint: ## ruff, mypy --strict, the page's types and AsyncAPI's parser, as pre-commit runs them
	@$(SETUP) lint
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check
	@$(BIN)/mypy
	@PYTHONPATH=local:. $(BIN)/python tests/page/check_types.py
	@PYTHONPATH=panel-visual:local:. $(BIN)/python tests/contracts/check_asyncapi.py

format: ## rewrite the Python code in the one style
	@$(SETUP) format
	@$(BIN)/ruff check --fix
	@$(BIN)/ruff format

lock: ## rewrite requirements.lock and each service's requirements.txt from pyproject.toml
	@$(SETUP) lock
	@$(COMPILE) --group dev -o requirements.lock
	@$(COMPILE) --group sender -c requirements.lock -o sender/requirements.txt
	@$(COMPILE) --group analiticas -c requirements.lock -o servicio-analiticas/requirements.txt
	@$(COMPILE) --group panel -c requirements.lock -o panel-visual/requirements.txt
	@$(COMPILE) --group avisos -c requirements.lock -o servicio-avisos/requirements.txt

bench: ## measure how fast an event is on a screen
	@$(SETUP) test
	@PYTHONPATH=local:. $(BIN)/python bench/latency.py

bench-push: ## compare pushing with nginx+nchan, websockets' own and plain C (6 minutes; T=--quick)
	@$(SETUP) bench-push
	@PYTHONPATH=bench/push:panel-visual:local:. $(BIN)/python bench/push/measure_push.py $(T)

bench-page: ## measure the page: script per update, long tasks, memory, first numbers (7 minutes; T=--quick)
	@$(SETUP) test
	@PYTHONPATH=panel-visual:local:. $(BIN)/python bench/page/measure_page.py $(T)

bench-history: ## make a store of 30 simulated days, open it, ask it (T=--clients 400)
	@$(SETUP) test
	@PYTHONPATH=servicio-analiticas:. $(BIN)/python bench/history_store.py $(T)

bench-ingest: ## how many events the chain carries, and how soon, beside C and Node (18 minutes; T=--quick)
	@$(SETUP) bench-ingest
	@PYTHONPATH=bench/ingest:bench/push:sender:servicio-analiticas:local:. \
		$(BIN)/python bench/ingest/measure_ingest.py $(T)

profile-foreign: ## where counting's time goes with one event a message (half a minute; T=8000; wants py-spy)
	@$(SETUP) bench-ingest
	@PYTHONPATH=bench/ingest:bench/push:sender:servicio-analiticas:local:. \
		$(BIN)/python bench/ingest/foreign_profile.py $(T)

load: ## how much this machine takes, and whether the total still agrees; T= passes words to simular
	@$(SETUP) run
	@$(BIN)/python local/private_load.py $(T)

bench-agreement: ## a load run's latency beside a second measurement, with 200 and 1,000 viewers (3 minutes; T=10s)
	@$(SETUP) test
	@bench/agreement.sh $(T)

bench-counting: ## measure decode, count and commit with 10 to 1,000,000 clients (3 minutes)
	@$(SETUP) test
	@PYTHONPATH=servicio-analiticas:. $(BIN)/python bench/counting_speed.py $(T)

bench-stores: ## count the same messages into a file and into PostgreSQL, in turns (a minute)
	@$(SETUP) test
	@PYTHONPATH=servicio-analiticas:local:. $(BIN)/python bench/store_pair.py $(T)

bench-cluster: ## one to eight analytics on one PostgreSQL, and one on it beside SQLite (12 minutes, needs root)
	@$(SETUP) test
	@PYTHONPATH=bench/cluster:bench/push:bench:servicio-analiticas:local:. \
		$(BIN)/python bench/cluster/measure_cluster.py $(T)

bench-clients: ## a million distinct clients through the whole chain (2 minutes; T='--clients 50000')
	@$(SETUP) test
	@PYTHONPATH=bench:sender:local:. $(BIN)/python bench/million_clients.py $(T)

bench-alerts: ## the alert service: its cost, how soon it tells, false alarms and a thousand kills (an hour; T=delays, T="kills --kills 20")
	@$(SETUP) test
	@PYTHONPATH=bench/alerts:bench:sender:servicio-analiticas:servicio-avisos:local:. \
		$(BIN)/python bench/alerts/measure_alerts.py $(T)

faults: ## break every part on purpose and show what became of the events; ROW=7 SEED=42 repeats one
	@$(SETUP) test
	@PYTHONPATH=local:.:sender:servicio-analiticas $(BIN)/python tests/faults/run.py \
		--row "$(ROW)" --seed "$(SEED)" --size "$(or $(SIZE),full)" --jobs "$(or $(JOBS),2)"

faults-cluster: ## the same with three of everything in network namespaces (needs root); ROW=2 SEED=42 repeats one
	@$(SETUP) run-cluster
	@$(SETUP) test
	@PYTHONPATH=local:.:sender:servicio-analiticas $(BIN)/python tests/cluster/run.py \
		--row "$(ROW)" --seed "$(SEED)"

fuzz: ## try 1,000,000 bodies on the decoders and 10,000 sequences of faults on the store
	@$(SETUP) test
	@PYTHONPATH=servicio-analiticas:. $(BIN)/python tests/fuzz/body_fuzz.py \
		--bodies "$(or $(BODIES),1000000)" --seed "$(or $(SEED),1)"
	@FUZZ_EXAMPLES="$(or $(EXAMPLES),10000)" $(BIN)/python -m pytest -q \
		--hypothesis-show-statistics tests/analiticas/test_store_machine.py

fuzz-contracts: ## try 2,000 requests a route of contracts/openapi.json on the running chain (20 minutes; T='--include-path /reporte')
	@$(SETUP) test
	@PYTHONPATH=local:. $(BIN)/python tests/api/contract_fuzz.py --examples "$(or $(EXAMPLES),2000)" $(T)

contracts: ## keep the schemas of contracts/ as given out; refuses what would break somebody
	@$(SETUP) test
	@PYTHONPATH=. $(BIN)/python tests/contracts/released_schemas.py

secretos: ## write random passwords and keys below secretos/; ROTAR=1 replaces those that are there
	@$(SETUP) run
	@$(BIN)/python local/make_secrets.py $(if $(ROTAR),--rotate)

clean: ## remove .venv, caches and all local data (.run: the counts too)
	@rm -rf .venv .run .mypy_cache .pytest_cache .ruff_cache .hypothesis
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
