# The rules of the tests at scale; the Makefile includes them. They need Linux (for /proc), Python,
# and more time than the other tests, so `make test` does not run them.

scale: $(BUILD)/step05_echo $(BUILD)/step07_deflate ## 10,000 connections at once, and nothing left of them
	@python3 -B tests/scale/scale.py
SERVER ?= step05_echo
soak: $(BUILD)/$(SERVER) $(BUILD)/wscheck ## mixed traffic without growth: make soak [SECONDS=600] [SEED=...] [SERVER=step07_deflate]
	@SERVER='$(SERVER)' python3 -B tests/scale/soak.py $(or $(SECONDS),600) $(SEED)

.PHONY: scale soak
