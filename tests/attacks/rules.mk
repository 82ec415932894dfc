# The rules of the attacks; the Makefile includes them. They need Linux, where /proc says what a
# process uses, and Python. `make test` runs the quick ones; see attacks_test.sh.

ifneq ($(SYSTEM),Linux)
attacks:
	@echo 'SKIPPED: the attacks need Linux'
else
attacks: $(BUILD)/step05_echo $(BUILD)/step07_deflate ## attack the echo server as others were, with bounds (ONLY=name for one)
	@python3 -B tests/attacks/main.py $(if $(ONLY),--only="$$ONLY")
endif

.PHONY: attacks
