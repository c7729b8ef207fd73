# Every way to build, check and install instance-sync. `make` alone explains itself.

CARGO ?= cargo
PREFIX ?= /usr/local
DESTDIR ?=
TARGET := $(or $(CARGO_TARGET_DIR),target)
PROGRAMS := $(CURDIR)/target/programs

# Many tests wait for deadlines rather than for a processor.
export RUST_TEST_THREADS ?= 4

# Tests find the real programs here, before anything that is on PATH.
export INSTANCE_SYNC_TEST_PROGRAMS := $(PROGRAMS)

.DEFAULT_GOAL := help
.PHONY: help build test lint demo bench soak fuzz docs dist install uninstall clean

help: ## Print this table
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

build: ## Build the program for development
	$(CARGO) build --locked

test: ## Run all tests, those on real restic and rest-server included
	tests/obtain-programs
	PATH="$(PROGRAMS):$$PATH" $(CARGO) test --locked --no-fail-fast

lint: ## Check format, clippy and documentation; a warning is an error
	$(CARGO) fmt --check
	$(CARGO) clippy --locked --all-targets -- -D warnings
	RUSTDOCFLAGS=-Dwarnings $(CARGO) doc --locked --no-deps

demo: build ## Play a session on two simulated devices with a real restic
	tests/obtain-programs
	tests/demo

bench: ## Measure the hooks beside a naive hook; the report is in target/bench (docs/performance.md)
	tests/obtain-programs
	PATH="$(PROGRAMS):$$PATH" $(CARGO) bench --locked --bench hooks

soak: ## Look for lost saves for hours (MINUTES=120): fleet model, real schedules, fuzzing, mutants
	tests/obtain-programs
	PATH="$(PROGRAMS):$$PATH" tests/soak $(MINUTES)

fuzz: ## Feed each reader of files mutated bytes, for FUZZ_SECONDS (60) each
	fuzz/run

docs: ## Write docs/cli.md anew from the program's own help
	UPDATE_DOCS=1 $(CARGO) test --locked --test cli cli_reference

dist: ## Build the program for release
	$(CARGO) build --locked --release

install: dist ## Install it below PREFIX (/usr/local), or below DESTDIR for packagers
	install -d "$(DESTDIR)$(PREFIX)/bin"
	install -m 755 "$(TARGET)/release/instance-sync" "$(DESTDIR)$(PREFIX)/bin/instance-sync"

uninstall: ## Remove what install put there
	rm -f "$(DESTDIR)$(PREFIX)/bin/instance-sync"

clean: ## Remove everything that was built, and the programs that tests obtained
	$(CARGO) clean
