# Reproduces everything: `make help` lists the targets. The first one that you use installs what it needs into .venv.
PYTHON ?= python3
BIN := .venv/bin
RUN := $(BIN)/python -m
# Python reads the path of this package from a file, in the encoding of the locale: a folder may be named in any letters
export LC_ALL := C.UTF-8
# a package of the same name that lies elsewhere is not this one
unexport PYTHONPATH PYTHONHOME
# whatever a person has set: a module is compiled once, when it is first imported, and not at each start
unexport PYTHONDONTWRITEBYTECODE

# An environment belongs to its folder and its Python: in a copied or moved project, or with another PYTHON, it is made again
VERSION = $(shell $(1) -E -c "import sys, importlib.util as u; print(*sys.version_info[:2], $(2))" 2>/dev/null)
FOUND := $(call VERSION,$(BIN)/python,u.find_spec('analysis').origin)
GIVEN := $(if $(filter file,$(origin PYTHON)),$(wordlist 1,2,$(FOUND)),$(call VERSION,$(PYTHON),''))
ifneq ($(strip $(FOUND)),$(strip $(GIVEN) $(CURDIR)/src/analysis/__init__.py))
.PHONY: .venv/ready
CLEAR := --clear
endif

.PHONY: help setup data report notebooks sweep lab verify test test-browser fuzz lint bench mutants reproduce audit lock clean

help:  ## show this list
	@echo "For readers and analysts:"
	@sed -n '/^# For main/q; s/^\([a-z-]*\):.*## /  make \1\t/p' Makefile | expand -t 24
	@echo "For maintainers:"
	@sed -n '1,/^# For main/d; s/^\([a-z-]*\):.*## /  make \1\t/p' Makefile | expand -t 24

# without .venv, git compares notebooks as text
DIFF := f() { .venv/bin/git-nbdiffdriver diff -O "$$@" || diff -u "$$2" "$$5" || :; }; f

setup: .venv/ready  ## install what the report and JupyterLab need, exactly as locked; git compares notebooks by cells
	@[ ! -e .git ] || git config diff.jupyternotebook.command '$(DIFF)' 2>/dev/null || :

data: .venv/ready  ## build data/curated from data/raw, and validate it
	@$(RUN) analysis data

report: .venv/ready data  ## execute the notebooks, write figures/ and the site in build/report/
	@$(RUN) analysis report

lab: .venv/ready  ## open the notebooks in JupyterLab, on this machine only; as root: ARGS=--allow-root
	$(RUN) jupyterlab --ip=127.0.0.1 --ServerApp.root_dir=. \
		--ServerApp.kernel_manager_class=analysis.lab_server.KernelsAhead --LabApp.default_url=/lab/tree/notebooks/0_index.ipynb $(ARGS)

sweep: .venv/ready data  ## evaluate all scenarios, here or on the cluster of DASK_SCHEDULER_ADDRESS
	@$(RUN) analysis sweep

verify: .venv/ready  ## check every quoted phrase against the articles' texts
	@$(RUN) analysis verify

clean:  ## remove what can be made again
	rm -rf .venv build

# For maintainers

notebooks: .venv/ready data  ## execute the notebooks and store them with their outputs
	@$(RUN) analysis notebooks

test: .venv/ready-test | build/grid/results.csv  ## run all tests, and compare the notebooks with their stored outputs
	$(RUN) pytest

test-browser: .venv/ready-test | build/grid/results.csv  ## test the site in Chromium (apt-get install chromium); `make test` skips this without it
	REQUIRE_BROWSER=1 $(RUN) pytest tests/report

build/grid/results.csv: | .venv/ready-test data  # the tests of the site read it, be it an old one
	@$(BIN)/python -c 'from analysis.report.run.sweep import evaluated; evaluated()'

lint: .venv/ready-test  ## run ruff, mypy and the import contract
	$(RUN) ruff check .
	$(RUN) ruff format --check .
	$(RUN) mypy
	$(BIN)/python -c "from importlinter.cli import lint_imports_command as run; run()"

reproduce: .venv/ready-test  ## build two clones in different surroundings and compare every byte
	$(RUN) tools.reproduce

bench: .venv/ready-test  ## run the benchmarks, into benchmarks/results.md; PARTS=execution for one of them
	$(RUN) benchmarks $(PARTS)

fuzz: .venv/ready-test  ## run the property tests on fresh random inputs; MINUTES=60 for an hour
	$(RUN) tools.fuzz $(or $(MINUTES),5)

audit: .venv/ready-test  ## look the locked packages up among known vulnerabilities (needs the network)
	$(RUN) tools.audit

mutants: .venv/ready-test  ## run mutation tests, for hours (.venv/bin/pip install mutmut); NAMES='analysis.evidence.hedges*'
	CI=1 $(RUN) mutmut run $(NAMES)

COMPILE := $(BIN)/uv pip compile --universal --generate-hashes --no-header --no-annotate --no-emit-index-url --no-emit-find-links

lock: .venv/ready  ## pin every package again
	$(COMPILE) --upgrade --extra lab pyproject.toml -o requirements.txt
	$(COMPILE) --upgrade --extra test --constraint requirements.txt \
		$$(sed -n 's/^\([a-z0-9._-]*\)==.*/--no-emit-package \1/p' requirements.txt) pyproject.toml -o requirements-test.txt

.venv/ready: requirements.txt pyproject.toml $(shell find share/jupyter -type f)
	@$(if $(CLEAR),$(PYTHON) -c '' 2>/dev/null || { echo "$(NO_PYTHON)" >&2; exit 1; })
	@$(if $(CLEAR),$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and $(TOO_OLD))' && $(PYTHON) -m venv --clear .venv)
	@echo 'Installing what requirements.txt locks'
	@$(call INSTALL,$(LOCKED) requirements.txt)
	@$(call INSTALL,--no-deps --no-build-isolation --editable .)
	@echo 'Compiling most of what the report imports'
	@MPLBACKEND= $(BIN)/python -c 'import analysis.report.run.preloaded as _; from analysis.report.build import load_sphinx as run; run()' \
		2>/dev/null || :
	@touch .venv/ready

.venv/ready-test: .venv/ready requirements-test.txt
	@echo 'Installing what requirements-test.txt locks'
	@$(call INSTALL,$(LOCKED) requirements-test.txt)
	@touch .venv/ready-test

NO_PYTHON := Python 3.11 or newer is needed, and $(PYTHON) does not run: name one, as in make setup PYTHON=python3.12
TOO_OLD := f"Python 3.11 or newer is needed, and this is {sys.version.split()[0]}: name one, as in make setup PYTHON=python3.12"

PIP = $(RUN) pip install --quiet --disable-pip-version-check
LOCKED = --no-deps --require-hashes -r

# Installs what $(1) names, with uv, which takes a fifth of pip's time and is in the lock itself. Where uv cannot (an index
# that only pip is told of), pip does
INSTALL = { [ -x $(BIN)/uv ] || sed -n '/^uv==/,/[^\\]$$/p' requirements.txt | $(PIP) $(LOCKED) /dev/stdin; } 2>/dev/null && \
	$(BIN)/uv pip install --quiet --python $(BIN)/python $(1) 2>/dev/null || { \
	echo 'uv could not install it. Installing it with pip, which takes some minutes'; $(PIP) $(1); }
