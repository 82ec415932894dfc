# The rules of the tests under sanitizers and valgrind; the Makefile includes them.

SANITIZERS := gcc clang threads valgrind
sanitize_parts := $(addprefix sanitize-,$(SANITIZERS))

sanitize: $(sanitize_parts) ## the tests under sanitizers and valgrind; for one: sanitize-gcc, -clang, -threads, -valgrind
$(sanitize_parts): sanitize-%:
	+@BUILD='$(BUILD)/sanitize-$*' sh tests/sanitize/run.sh $*

.PHONY: sanitize $(sanitize_parts)
