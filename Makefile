# Every verb sets the environment up on first use. `make help` lists them.
PYTHON ?= python3
RUN := .venv/bin/python -m
# Python reads the path of this package from a file, in the encoding of the locale: a folder may be named in any letters
export LC_ALL := C.UTF-8

.PHONY: help setup data verify report notebooks sweep lab test test-browser fuzz lint bench mutants reproduce audit lock clean

help:  ## this list
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' Makefile

.venv/ready: requirements.txt pyproject.toml share/jupyter/kernels/analysis/kernel.json
	$(PYTHON) -m venv .venv
	$(RUN) pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	# 0.85 s at every start of a process, for a JSON Schema format that nothing here uses
	$(RUN) pip uninstall --quiet --yes rfc3987-syntax
	$(RUN) pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch .venv/ready

setup: .venv/ready  ## the environment, from the hash-locked requirements

data: .venv/ready  ## data/raw to data/curated, validated
	@$(RUN) analysis data

verify: .venv/ready  ## every locator against the texts, and nothing overlooked
	@$(RUN) analysis verify

report: .venv/ready data  ## execute the notebooks, write figures/ and build/report/
	@$(RUN) analysis report

notebooks: .venv/ready data  ## execute the notebooks and store them with their outputs
	@$(RUN) analysis notebooks

sweep: .venv/ready data  ## the grid of scenarios, on all cores or on the cluster of DASK_SCHEDULER_ADDRESS
	@$(RUN) analysis sweep

lab: .venv/ready  ## JupyterLab on loopback, with the project's kernel
	$(RUN) jupyterlab --ip=127.0.0.1 notebooks

test: .venv/ready  ## pytest and nbval
	$(RUN) pytest

test-browser: .venv/ready  ## the site and the brief, in Chromium (apt-get install chromium), which `make test` skips without it
	REQUIRE_BROWSER=1 $(RUN) pytest tests/report

fuzz: .venv/ready  ## the laws of everything that is read, on ever new examples; MINUTES=60 for an hour
	$(RUN) tools.fuzz $(or $(MINUTES),5)

lint: .venv/ready  ## ruff, mypy and the import contract
	$(RUN) ruff check .
	$(RUN) ruff format --check .
	$(RUN) mypy
	.venv/bin/python -c "from importlinter.cli import lint_imports_command as run; run()"

bench: .venv/ready  ## the benchmarks, into benchmarks/results.md; PARTS=execution for one alone
	$(RUN) benchmarks $(PARTS)

reproduce: .venv/ready  ## two clones in different worlds, and every byte of their outputs compared
	$(RUN) tools.reproduce

audit: .venv/ready  ## the locked packages against the known vulnerabilities (needs the network; says so without)
	$(RUN) tools.audit

mutants: .venv/ready  ## mutation tests of evidence and findings, hours (.venv/bin/pip install mutmut); NAMES='analysis.evidence.hedges*'
	CI=1 $(RUN) mutmut run $(NAMES)

lock:  ## write requirements.txt anew (needs uv)
	uv pip compile --universal --generate-hashes --no-header --no-annotate --no-emit-index-url --no-emit-find-links --all-extras pyproject.toml -o requirements.txt

clean:  ## remove what can be made again
	rm -rf .venv build
