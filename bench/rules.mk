# The rules of the bench; the Makefile includes them. Its programs need Linux, and none of them is
# part of `all`: only the bench and the tests build them. A benchmark is not a test.

bench_load  := load_main load_client load_client_take load_messages load_churn load_idle measure \
               payload prepared_messages
BENCH_TOOLS := $(BUILD)/bench_load $(BUILD)/bench_raw

$(BUILD)/bench_load: $(foreach module,$(addprefix bench/,$(bench_load)),$(call object,$(module)))
$(BUILD)/bench_raw: $(call object,bench/raw_echo) $(call object,step04_frames/mask_fast)
$(BENCH_TOOLS): $(foreach module,process options text,$(call object,common/$(module)))
	$(say) LINK $@
	$(quiet)$(LINK) -o $@ $^ $(LDLIBS)
# If its stack were protected, each thread would touch all pages of its buffer, used or not.
$(call object,bench/raw_echo): HARDENED = -fPIE

# Two tests show that the load generator can be trusted.
bench_take_test := $(BUILD)/tests/bench_take_test
ifeq ($(SYSTEM),Linux)
$(bench_take_test): $(foreach module,$(filter-out load_main,$(bench_load)),$(call object,bench/$(module)))
test-programs: $(BENCH_TOOLS)
else
TESTS := $(filter-out $(bench_take_test),$(TESTS))
endif

bench: export BENCH_FLAGS = $(CFLAGS)
bench: $(BENCH_TOOLS) $(BUILD)/step05_echo ## compare the echo server with a raw TCP echo and with other servers (QUICK=1 for a short run)
	@mkdir -p $(BUILD)/bench
	@sh bench/build_servers.sh > $(BUILD)/bench/all_servers.txt
	@sh bench/netns.sh sh bench/run.sh
	+@$(if $(CELLS),,$(MAKE) --no-print-directory bench-deflate)

# The comparison of compression with zlib's, with which nothing else here is linked.
bench_deflate := $(BUILD)/bench_deflate
deflate_table := $(BUILD)/bench/$(if $(QUICK),partial,deflate).md
$(bench_deflate): $(foreach module,bench/deflate_speed bench/payload $(deflate_engine),\
    $(call object,$(module)))
	$(say) LINK $@
	$(quiet)$(LINK) -o $@ $^ $(LDLIBS) -lz -lm
bench-deflate: ## compare deflate and inflate with zlib's (needs zlib.h: zlib1g-dev; QUICK=1 for a short run)
	+@mkdir -p $(BUILD)/bench; \
	if echo '#include <zlib.h>' | $(CC) $(CPPFLAGS) -E - > /dev/null 2>&1; then \
	    $(MAKE) --no-print-directory $(bench_deflate) && \
	    $(bench_deflate) $(if $(QUICK),1) > $(deflate_table) && cat $(deflate_table); \
	else \
	    echo 'SKIPPED bench-deflate: there is no zlib.h (package zlib1g-dev)'; [ '$(CI)' != true ]; \
	fi

bench-report: $(filter bench,$(MAKECMDGOALS)) ## write bench/RESULTS.md and bench/DEFLATE.md, and draw the charts, from the last whole run
	@python3 -B bench/report.py write '$(BUILD)/bench' bench

.PHONY: bench bench-report bench-deflate
