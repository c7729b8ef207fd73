# Every way to build, check and install instance-sync. `make` alone explains itself.

CARGO ?= cargo
PREFIX ?= /usr/local
DESTDIR ?=
TARGET := $(or $(CARGO_TARGET_DIR),target)
PROGRAMS := $(CURDIR)/target/programs

# What install puts below PREFIX.
ROOT := $(DESTDIR)$(PREFIX)
BASH := share/bash-completion/completions/instance-sync
ZSH := share/zsh/site-functions/_instance-sync
FISH := share/fish/vendor_completions.d/instance-sync.fish
MAN := share/man/man1/instance-sync.1
PAGES := $(BASH) $(ZSH) $(FISH) $(MAN)
UNIT := lib/systemd/system/instance-sync.service
INSTALLED := bin/instance-sync $(PAGES) $(UNIT)

# Many tests wait for deadlines rather than for a processor.
export RUST_TEST_THREADS ?= 4

# Tests find the real programs here, before anything that is on PATH.
export INSTANCE_SYNC_TEST_PROGRAMS := $(PROGRAMS)

.DEFAULT_GOAL := help
.PHONY: help build test lint demo bench bench-server soak fuzz docs screenshots dist install uninstall clean

help: ## Print this table
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-13s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

build: ## Build the program for development
	$(CARGO) build --locked

test: ## Run all tests, those on real restic and rest-server included
	tests/obtain-programs
	PATH="$(PROGRAMS):$$PATH" $(CARGO) test --locked --no-fail-fast

lint: ## Check format, clippy and documentation; a warning is an error
	$(CARGO) fmt --check
	$(CARGO) clippy --locked --all-targets -- -D warnings
	$(CARGO) clippy --locked --no-default-features --lib --bins -- -D warnings
	RUSTDOCFLAGS=-Dwarnings $(CARGO) doc --locked --no-deps

demo: build ## Play a session on two simulated devices with a real restic
	tests/obtain-programs
	tests/demo

bench: ## Measure the hooks beside a naive hook; the report is in target/bench (docs/performance.md)
	tests/obtain-programs
	PATH="$(PROGRAMS):$$PATH" $(CARGO) bench --locked --bench hooks

bench-server: ## Measure the server beside rest-server; the report is in target/bench
	tests/obtain-programs
	PATH="$(PROGRAMS):$$PATH" $(CARGO) bench --locked --bench serve

soak: ## Look for lost saves for hours (MINUTES=120): fleet model, real schedules, fuzzing, mutants
	tests/obtain-programs
	PATH="$(PROGRAMS):$$PATH" tests/soak $(MINUTES)

fuzz: ## Feed each reader of files mutated bytes, for FUZZ_SECONDS (60) each
	fuzz/run

docs: ## Write docs/cli.md anew from the program's own help
	UPDATE_DOCS=1 $(CARGO) test --locked --test cli cli_reference

screenshots: ## Draw the pictures of the windows and of the server's pages in docs/images anew
	UPDATE_SNAPSHOTS=1 $(CARGO) test --locked --test window screenshots
	tests/obtain-programs
	UPDATE_SNAPSHOTS=1 $(CARGO) test --locked --test real serve_browser

dist: ## Build the program for release
	$(CARGO) build --locked --release

# With BINARY=PATH that program is installed, and none is built.
install: $(if $(BINARY),,dist) ## Install it below PREFIX (/usr/local), or below DESTDIR for packagers
	install -d $(foreach file,$(INSTALLED),"$(ROOT)/$(dir $(file))")
	install -m 755 "$(or $(BINARY),$(TARGET)/release/instance-sync)" "$(ROOT)/bin/instance-sync"
	"$(ROOT)/bin/instance-sync" completions bash > "$(ROOT)/$(BASH)"
	"$(ROOT)/bin/instance-sync" completions zsh > "$(ROOT)/$(ZSH)"
	"$(ROOT)/bin/instance-sync" completions fish > "$(ROOT)/$(FISH)"
	"$(ROOT)/bin/instance-sync" man > "$(ROOT)/$(MAN)"
	chmod 644 $(foreach file,$(PAGES),"$(ROOT)/$(file)")
	sed 's|^ExecStart=/usr/local/|ExecStart=$(PREFIX)/|' docs/instance-sync.service > "$(ROOT)/$(UNIT)"
	chmod 644 "$(ROOT)/$(UNIT)"

# A hook that leads nowhere keeps every instance from starting: they go first. FORCE=1 leaves them.
uninstall: ## Take the hooks out of the launchers, then remove what install put there
	@program="$(ROOT)/bin/instance-sync"; \
	if [ -n "$(DESTDIR)" ]; then echo "The hooks of launchers are left alone below DESTDIR."; \
	elif [ -n "$(FORCE)" ]; then echo "The hooks of launchers are left alone (FORCE)."; \
	elif [ ! -x "$$program" ]; then echo "$$program is not there: no hooks were taken out."; \
	elif ! "$$program" hooks --help > /dev/null 2>&1; then \
		echo "$$program cannot take hooks out by itself: take the lines with its name out of your launchers."; \
	elif [ "$$(id -u)" = 0 ] && [ -n "$$SUDO_USER" ]; then sudo -H -u "$$SUDO_USER" "$$program" hooks remove; \
	else "$$program" hooks remove; fi || \
	{ echo "Nothing was removed: the hooks are still in a launcher. FORCE=1 removes the program all the same."; exit 1; }
	rm -f $(foreach file,$(INSTALLED),"$(ROOT)/$(file)")

clean: ## Remove everything that was built, and the programs that tests obtained
	$(CARGO) clean
