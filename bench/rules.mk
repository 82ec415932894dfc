# The rules of the bench; the Makefile includes them. None of it is part of `all` or of the tests'
# verdict on the server: a benchmark is not a test.

bench_load := load measure payload stock client client_take flow churn idle
bench_load_links := $(foreach module,$(bench_load),$(call object,bench/$(module))) \
                    $(foreach module,options text,$(call object,common/$(module)))
bench_raw_links  := $(foreach module,bench/raw_echo common/options common/text,$(call object,$(module)))

$(BUILD)/bench_load: $(bench_load_links)
$(BUILD)/bench_raw: $(bench_raw_links)
$(BUILD)/bench_load $(BUILD)/bench_raw:
	$(say) LINK $@
	$(quiet)$(LINK) -o $@ $^ $(LDLIBS)
