# One word for each thing to do here. Everything installs what it needs by itself; see deploy/bootstrap.

.DEFAULT_GOAL := help
.PHONY: help demo test check bench lock

help:
	@echo 'make demo    a made-up city comes alive on this machine (ARGS="--speed 10")'
	@echo 'make test    everything: style, types, layers, templates, and all tests on both databases'
	@echo 'make check   style, types, layers, templates, migrations and sizes only'
	@echo 'make bench   measure; PEERS=1 measures the others beside us'
	@echo 'make lock    pin the packages that requirements/*.in ask for'

demo:
	@deploy/bootstrap demo
	@.venv/bin/minhu demo $(ARGS)

test:
	@deploy/bootstrap test
	@.venv/bin/pytest -q -n auto --maxschedchunk 2 $(ARGS)

check:
	@deploy/bootstrap test
	@.venv/bin/pytest -q -n auto tests/test_house.py $(ARGS)

bench:
	@deploy/bootstrap test
	@.venv/bin/python -m benchmarks $(if $(PEERS),--peers) $(ARGS)

lock:
	@deploy/bootstrap test
	@deploy/lock
