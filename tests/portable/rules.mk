# The rules for other systems and processors; the Makefile includes them.

portable: ## build for macOS, and test with musl and on emulated processors (ON=armhf for one)
	+@BUILD='$(BUILD)/portable' sh tests/portable/run.sh $(ON)

.PHONY: portable
