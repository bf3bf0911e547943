.DEFAULT_GOAL := help
GO ?= go
VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo development)
TOOLS := $(GO) tool -modfile=test/tools/go.mod
UNCOMMITTED := git status --porcelain --untracked-files=all && git diff HEAD

##@ Use it

.PHONY: help
help: ## show this list
	@awk 'BEGIN {FS = ":.*## "} /^##@/ {printf "\n%s\n", substr($$0, 5)} /^[a-z-]+:.*## / {printf "  %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: run
run: ## start the server with demo data on http://localhost:8080
	@$(GO) build -ldflags '-X main.version=$(VERSION)' -o bin/gatehouse ./cmd/gatehouse
	@exec bin/gatehouse serve --dev

.PHONY: build
build: ## build bin/gatehouse
	CGO_ENABLED=0 $(GO) build -trimpath -ldflags '-s -w -X main.version=$(VERSION)' -o bin/gatehouse ./cmd/gatehouse

.PHONY: examples
examples: ## list the examples, each to be run beside "make run"
	@echo 'Start the server by "make run", and in another terminal one of:'
	@awk 'BEGIN {FS = ": #> "} /^example-[a-z0-9-]+: #> / {printf "  make %-22s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
	@echo 'Each is below test/examples, and short enough to be read at once.'

example-web: #> a web application with a sign-in, in Go
example-spa: #> an application in the browser alone, which calls one of the APIs below (Node)
example-command-line: #> a program for the terminal that signs its user in by the browser, in Go
example-api: #> an API that checks access tokens, in Go
example-api-node: #> the same API in Node
example-api-python: #> the same API in Python
example-service: #> a service that calls one of these APIs with a token of its own, in Go
example-oauth2-proxy: #> an application that cannot sign people in, behind oauth2-proxy
EXAMPLES := oauth2-proxy web spa command-line api api-node api-python service
.PHONY: $(EXAMPLES:%=example-%) example-settings
$(EXAMPLES:%=example-%): example-%:
	@exec test/examples/run.sh $*
example-settings: #> settings of oauth2-proxy, Kubernetes and Grafana, as text
	@cat test/examples/settings/*

##@ Change it

# For a test binary no vet, which "make lint" has run on it, and no tables for debuggers: both take a second each.
QUICK := -vet=off -ldflags=-s

# SQLite is C translated to Go. Its memory is none of Go's, so that the race detector finds nothing in it, but to
# watch it takes twice the time of the test. Its driver, and all that calls it, is watched.
UNWATCHED := $(foreach p,sqlite/lib libc memory,-gcflags=modernc.org/$(p)=-race=false)

.PHONY: test
test: ## run every test; installs Postgres, Redis and a browser when missing
	@test/services/install.sh
	@# What takes longest begins first, so that the rest is done beside it. Its tests wait for browsers and servers much
	@# of the time, so that more of them run at once than there are cores. On a busy machine it takes more than the ten
	@# minutes that Go allows.
	@$(GO) run ./test/runner $(QUICK) -timeout 20m -parallel 3 ./test/e2e ./...

.PHONY: race
race: ## run the tests of what runs in parallel under the race detector
	@test/services/install.sh
	@# Of the storage on Postgres, in one mode of its driver: the code is the same for all, and under the detector
	@# that of SQLite is slow. Imports do one thing after the other, and so does what only makes texts.
	@$(GO) run ./test/runner $(QUICK) -race $(UNWATCHED) -timeout 20m -skip '^(TestSQLite|TestPgBouncer|TestPostgresWith.*)$$' \
		./storage $$($(GO) list ./provider/... ./storage/... ./handlers/... | grep -vE '/imports|/settings$$|/curl$$|/transcript$$|/reference$$|/wire$$|/fault$$')

.PHONY: fmt
fmt: ## format the code
	$(TOOLS) golangci-lint fmt ./...

.PHONY: lint
lint: ## look for mistakes and broken rules, and for known vulnerabilities
	$(TOOLS) golangci-lint run ./...
	@test/tools/vulncheck.sh $(TOOLS) govulncheck ./...

.PHONY: generate
generate: ## make what is made from other files
	$(GO) generate ./...

.PHONY: verify
verify: ## check that nothing generated, and no dependency, is out of date
	$(GO) mod tidy -diff
	@before="$$($(UNCOMMITTED))" && $(GO) generate ./... && [ "$$before" = "$$($(UNCOMMITTED))" ] || \
		{ git status; echo "Generated files were out of date: commit what make generate changes." >&2; exit 1; }

.PHONY: docs
docs: ## make a site of the guides in bin/docs
	@$(GO) run -C test/tools ./site ../../deploy/docs/index.md ../../bin/docs
	@echo bin/docs/index.html

.PHONY: bench
bench: ## measure each flow on this machine (ARGS="--growth --json")
	@test/services/install.sh
	$(GO) run ./test/load $(ARGS)

.PHONY: chaos
chaos: ## run the reliability experiments in their long form (ARGS="-run E4")
	@test/services/install.sh
	$(GO) test ./test/chaos -count=1 -v -timeout 2h $(ARGS) -args -long

.PHONY: conformance
conformance: ## run the OpenID conformance suite's plans (ARGS="--plans config,basic --json")
	@$(GO) run ./test/conformance $(ARGS)
