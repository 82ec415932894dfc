# The rules of the tests at scale; the Makefile includes them. They need Linux, for /proc, and more
# time than the other tests, so `make test` does not run them.

scale_links := $(addprefix tests/support/,test wire process raw_client) tests/scale/sample bench/measure \
               common/hexdump common/text
soak_links  := $(scale_links) tests/scale/compression tests/scale/flow tests/scale/traffic \
               tests/scale/traffic_spoiler tests/scale/traffic_wscheck bench/payload \
               $(filter-out common/hexdump common/text,$(step07_deflate_modules))
SCALE := $(BUILD)/scale/scale $(BUILD)/scale/compressed $(BUILD)/scale/soak

$(BUILD)/scale/scale: $(foreach module,tests/scale/scale $(scale_links),$(call object,$(module)))
$(BUILD)/scale/compressed: $(foreach module,tests/scale/compressed $(scale_links),$(call object,$(module)))
$(BUILD)/scale/soak: $(foreach module,tests/scale/soak $(soak_links),$(call object,$(module)))
$(SCALE):
	@mkdir -p $(BUILD)/test-results
	$(say) LINK $@
	$(quiet)$(LINK) -o $@ $^ $(LDLIBS)

scale: $(BUILD)/scale/scale $(BUILD)/scale/compressed $(BUILD)/step05_echo $(BUILD)/step07_deflate ## 10,000 connections at once, and nothing left of them
	@$(BUILD)/scale/scale
	@$(BUILD)/scale/compressed
SERVER ?= step05_echo
soak: $(BUILD)/scale/soak $(BUILD)/$(SERVER) $(BUILD)/wscheck ## mixed traffic without growth: make soak [SECONDS=600] [SEED=...] [SERVER=step07_deflate]
	@SERVER='$(SERVER)' $(BUILD)/scale/soak $(or $(SECONDS),600) $(SEED)

.PHONY: scale soak
