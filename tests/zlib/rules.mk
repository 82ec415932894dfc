# The rules of the comparison with zlib; the Makefile includes them. Every NAME_zlib.c is a program
# of its own; the other files here are linked to all of them. Only these and the bench use zlib, and
# no program of a step does.

zlib_programs := $(patsubst %.c,$(BUILD)/%,$(wildcard tests/zlib/*_zlib.c))
zlib_shared   := $(patsubst %.c,$(BUILD)/obj/%.o,$(filter-out %_zlib.c,$(wildcard tests/zlib/*.c)))

$(zlib_programs): $(BUILD)/tests/zlib/%: $(BUILD)/obj/tests/zlib/%.o $(zlib_shared) $(test_links)
	$(say) LINK $@
	$(quiet)$(LINK) -o $@ $^ $(LDLIBS) -lz

zlib: ## compare inflate and deflate with zlib's (needs zlib.h: apt-get install zlib1g-dev)
	+@if echo '#include <zlib.h>' | $(CC) $(CPPFLAGS) -E - > /dev/null 2>&1; then \
	    $(MAKE) --no-print-directory $(zlib_programs) && \
	    sh tests/zlib/run.sh $(zlib_programs); \
	else \
	    echo 'SKIPPED zlib: there is no zlib.h (package zlib1g-dev)'; [ '$(CI)' != true ]; \
	fi

.PHONY: zlib
