# bianmin-edge: two commands for everybody, `make demo` and `make test`; the rest is for developers.
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
LOCK_ARGS := --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --quiet
SUDO := $(shell [ "$$(id -u)" = 0 ] || echo sudo)
RUN_DEBS := python3-venv fonts-noto-cjk fonts-sil-nuosusil espeak-ng mosquitto libusb-1.0-0
LAB_DEBS := qemu-system-x86 mmdebstrap nbdkit nbdkit-plugin-python e2fsprogs cpio
TEST_DEBS := chromium chromium-driver xvfb xdotool strace libfaketime systemd postgresql prometheus nut-server poppler-utils pulseaudio
DEMO_ARGS ?=
BENCH_ARGS ?=
LAB_ARGS ?=
FUZZ_ARGS ?=
SOAK_ARGS ?=
# Optional parts, one by one after the lock: a failure is one line, not the end. evdev is compiled.
PADS := evdev>=1.6,<3
PINS := 'gpiozero>=2.0.1,<3' 'lgpio>=0.2'

.DEFAULT_GOAL := help
.PHONY: help setup setup-test demo test lint bench bench-scan crash county grow outage fuzz soak lab screenshots lock clean

help: ## what can be made
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'

# Debian packages: only what is missing is asked for, and a machine that cannot install goes on with what it has.
define apt_install
	@missing=""; for p in $(1); do dpkg-query -W -f '$${Status}' $$p 2>/dev/null | grep -q 'ok installed' || missing="$$missing $$p"; done; \
	if [ -n "$$missing" ]; then \
		echo "installing Debian packages:$$missing"; \
		$(SUDO) apt-get update -qq && \
		$(SUDO) env DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 apt-get install -y -qq --no-install-recommends $$missing >/dev/null \
		|| echo "could not install:$$missing (what needs them will say so)"; \
	fi
endef

$(VENV)/.ok: requirements.lock pyproject.toml
	$(call apt_install,$(RUN_DEBS))
	@[ -x $(BIN)/python ] || $(PYTHON) -m venv $(VENV)
	@echo "installing Python packages from the lock"
	@if command -v uv >/dev/null; then uv pip install --quiet --compile-bytecode --python $(BIN)/python --require-hashes -r requirements.lock; \
	else $(BIN)/python -m pip install --quiet --require-hashes -r requirements.lock; fi
	@$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation -e .
	@$(BIN)/python -m pip install --quiet '$(PADS)' 2>/dev/null || echo "optional part not installed: USB keypads (evdev needs gcc and kernel headers: apt-get install gcc libc6-dev linux-libc-dev python3-dev)"
	@[ "$$(uname -m)" != aarch64 ] || $(BIN)/python -m pip install --quiet $(PINS) 2>/dev/null || echo "optional part not installed: lamps and contacts on pins (gpiozero, lgpio)"
	@$(BIN)/python -m compileall -q edge drivers kiosk_ui # a service may not write here, and would compile at each start
	@$(BIN)/python -m kiosk_ui fonts || echo "fonts are not ready: the screens use what the system has"
	@$(BIN)/python -m kiosk_ui voice-pack || echo "the voice has no clips yet: recordings of a person serve as well (config/README.md)"
	@touch $@

$(VENV)/.ok-test: $(VENV)/.ok tests/requirements.lock
	$(call apt_install,$(TEST_DEBS))
	@if command -v uv >/dev/null; then uv pip install --quiet --python $(BIN)/python --require-hashes -r tests/requirements.lock; \
	else $(BIN)/python -m pip install --quiet --require-hashes -r tests/requirements.lock; fi
	@touch $@

setup: $(VENV)/.ok ## install what the product needs

setup-test: $(VENV)/.ok-test

demo: $(VENV)/.ok ## a whole hall of device twins; DEMO_ARGS="--seconds 30 --headless"
	@$(BIN)/bianmin demo $(DEMO_ARGS)

test: $(VENV)/.ok-test ## the whole suite
	@$(BIN)/python -m pytest -n 2 --dist loadgroup $(PYTEST_ARGS)

lint: $(VENV)/.ok-test ## ruff, types, import contracts
	@$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy && $(BIN)/lint-imports

bench-scan: $(VENV)/.ok-test ## the scanner on fresh drawn scenes, beside the tutorials' way; BENCH_ARGS="--seeds 5000 5012"
	@$(BIN)/python -m tests.scan.lab.bench $(BENCH_ARGS)

bench: $(VENV)/.ok-test ## figures as ratios, into tests/results/; BENCH_ARGS=--readme
	@$(BIN)/python -m tests.bench $(BENCH_ARGS)

crash: $(VENV)/.ok-test ## kill a hall 100 times and hold what is left against what was answered
	@$(BIN)/python -m tests.crash --rounds 100

fuzz: $(VENV)/.ok-test ## a million invented inputs for every decoder; FUZZ_ARGS="--inputs 10000"
	@$(BIN)/python -m tests.fuzz $(FUZZ_ARGS)

soak: $(VENV)/.ok-test ## an hour of a hall whose devices fail in turn; SOAK_ARGS="--minutes 5"
	@$(BIN)/python -m tests.soak $(SOAK_ARGS)

lab: $(VENV)/.ok-test ## drivers on real kernel devices in an emulated machine, and power cuts; LAB_ARGS="evdev power"
	$(call apt_install,$(LAB_DEBS))
	@$(SUDO) $(BIN)/python -m tests.lab $(LAB_ARGS)

county: $(VENV)/.ok-test ## kill hall, broker and center 50 times: the center's store equals the journal
	@$(BIN)/python -m tests.county --rounds 50

grow: $(VENV)/.ok-test ## 13, 130 and 1,300 simulated halls, one broker, two workers, PostgreSQL: ten minutes
	@$(BIN)/python -m tests.county.grow

outage: $(VENV)/.ok-test ## 30 days of a busy hall (150,000 entries) drained by the daemon once its broker is back
	@$(BIN)/python -m tests.bench.outage

screenshots: $(VENV)/.ok-test ## every page of the screens as PNG, into kiosk_ui/pictures/
	@$(BIN)/python -m tests.screenshots
	@$(BIN)/python -m tests.scan.lab.picture

lock: ## write both lock files anew (needs uv)
	uv pip compile $(LOCK_ARGS) --extra camera --extra center --group build pyproject.toml -o requirements.lock
	uv pip compile $(LOCK_ARGS) --extra camera --extra center --extra content --extra test --group build -c requirements.lock pyproject.toml -o tests/requirements.lock

clean:
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache
