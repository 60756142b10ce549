# The two commands to know are `make demo` and `make test`; `make help` tells the rest.
# Each needs python3 (3.11 or newer, with venv), git and make, and asks nothing.

PYTHON ?= python3
VENV := .venv
LOCK := tests/requirements/newest.txt

.NOTPARALLEL:
.PHONY: help demo test lint unit simulator integration molecule test-matrix sanity peer-test graph-oracle crash-sweep bench browser-test lock venv clean

help: ## Show the targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

demo: venv ## Migrate a made-up estate on the simulator, twice, and show what happened
	@tests/tools/demo

test: lint unit simulator integration molecule ## Lint and every test, on the newest ansible-core and SDKs

lint: venv ## ruff, mypy, antsibull, ansible-lint (production profile)
	@tests/tools/lint

unit: venv ## Tests of pure code
	@tests/tools/pytest tests/unit

simulator: venv ## The simulator keeps Azure's contract
	@tests/tools/pytest tests/simulator

integration: venv ## Modules, roles and playbooks against the simulator
	@tests/tools/pytest tests/integration

molecule: venv ## Molecule scenarios against the simulator
	@tests/tools/molecule

test-matrix: ## Unit and integration tests on the oldest and the newest supported versions
	@tests/tools/matrix

sanity: venv ## ansible-test sanity, newest and oldest ansible-core
	@tests/tools/sanity

peer-test: venv ## azure.azcollection and az read the simulator (installs 3 GB; not part of "make test")
	@tests/tools/peer

graph-oracle: venv ## A real BinaryFormatter loads rewritten graphs, or FILES="a b" (needs mono-mcs and mono-runtime)
	@tests/tools/graph_oracle $(FILES)

browser-test: venv ## The report's pages in headless Chromium (installs Debian's chromium where it can)
	@tests/tools/browser

crash-sweep: venv ## Break the demo's migrations and retirements at every request, in every way (takes long)
	@tests/tools/crash_sweep --report .build/crash-sweep.json

bench: venv ## Time, CPU and requests per account, fast path on and off
	@tests/tools/bench

lock: ## Take new releases into tests/requirements/*.txt
	@tests/tools/lock

venv:
	@$(PYTHON) tests/tools/venv.py $(VENV) $(LOCK)

clean: ## Remove all that these targets made
	rm -rf .venv .build .ansible .cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
