# The rules of the bench; the Makefile includes them. Its programs need Linux, and none of them is
# part of `all`: only the bench and its test build them. A benchmark is not a test.

bench_load  := load measure payload stock client client_take flow churn idle
bench_raw   := raw_echo raw
bench_epoll := epoll_echo raw
bench_lane  := lane
BENCH_TOOLS := $(foreach tool,load raw epoll lane,$(BUILD)/bench_$(tool))

$(foreach tool,$(notdir $(BENCH_TOOLS)),\
  $(eval $(BUILD)/$(tool): $(foreach module,$(addprefix bench/,$($(tool))) common/process common/options common/text,\
    $(call object,$(module)))))
$(BENCH_TOOLS):
	$(say) LINK $@
	$(quiet)$(LINK) -o $@ $^ $(LDLIBS)

# Two tests see to it that the load generator can be trusted.
bench_take_test := $(BUILD)/tests/bench_take_test
ifeq ($(SYSTEM),Linux)
$(bench_take_test): $(foreach module,$(filter-out load,$(bench_load)),$(call object,bench/$(module)))
test-programs: $(BENCH_TOOLS)
else
TESTS := $(filter-out $(bench_take_test),$(TESTS))
endif

# In a network of its own where that may be had; see bench/lane.c.
BENCH_LANE = $(BUILD)/bench_lane --own-network --
bench: export BENCH_FLAGS = $(CFLAGS)
bench: $(BENCH_TOOLS) $(BUILD)/step05_echo ## compare the echo server with a raw TCP echo and with other servers (QUICK=1 for a short run)
	@mkdir -p $(BUILD)/bench
	@MODULES='$(foreach module,$(filter-out step05_echo/%,$(so_far)),$(call object,$(module)))' \
	    sh bench/build_servers.sh > $(BUILD)/bench/all_servers.txt
	@$(BENCH_LANE) sh bench/run.sh
	+@$(MAKE) --no-print-directory bench-deflate

# Compression beside zlib's, which only this and tests/zlib have any use for.
bench_deflate := $(BUILD)/bench_deflate
$(bench_deflate): $(foreach module,$(addprefix bench/,deflate_speed payload) \
    $(addprefix step07_deflate/,$(filter-out parameters wishes permessage_%,$(step07_deflate))),\
    $(call object,$(module)))
	$(say) LINK $@
	$(quiet)$(LINK) -o $@ $^ $(LDLIBS) -lz
bench-deflate: ## compare deflate and inflate with zlib's (needs zlib.h: zlib1g-dev; QUICK=1 for a short run)
	+@if echo '#include <zlib.h>' | $(CC) $(CPPFLAGS) -E - > /dev/null 2>&1; then \
	    $(MAKE) --no-print-directory $(bench_deflate) && $(bench_deflate) $(if $(QUICK),1,9); \
	else \
	    echo 'SKIPPED bench-deflate: there is no zlib.h (package zlib1g-dev)'; [ '$(CI)' != true ]; \
	fi
bench-deflate-report: ## write bench/DEFLATE.md from a run
	+@$(MAKE) --no-print-directory $(bench_deflate)
	@sh bench/deflate_report.sh '$(bench_deflate)' bench/DEFLATE.md

# From the last whole run if there is one here, else anew from the figures that the report is from.
bench-report: ## write bench/RESULTS.md and its charts
	@sh bench/report.sh '$(BUILD)/bench/results.txt' bench

.PHONY: bench bench-report bench-deflate bench-deflate-report
