# The rules of the attacks; the Makefile includes them. They need Linux, where /proc says what a
# process uses, and nothing else. `make test` runs those that take a moment; see attacks_test.sh.

attack_modules := main attack requests heads frames floods squeezed bombs texts hardest \
                  patience resets together
ATTACKS := $(BUILD)/attacks

$(ATTACKS): $(foreach module,$(addprefix tests/attacks/,$(attack_modules)) \
                $(addprefix tests/support/,test wire process raw_client) \
                $(addprefix common/,process options text hexdump),$(call object,$(module)))
	$(say) LINK $@
	$(quiet)$(LINK) -o $@ $^ $(LDLIBS)

ifeq ($(SYSTEM),Linux)
attacks: $(ATTACKS) $(BUILD)/step05_echo $(BUILD)/step07_deflate ## attack the echo server as others were, with bounds (ONLY=name for one)
	@$(ATTACKS) $(if $(ONLY),--only="$$ONLY")
test-programs: $(ATTACKS)
else
attacks:
	@echo 'SKIPPED: the attacks need Linux'
endif

.PHONY: attacks
