# The rules of the faults; the Makefile includes them. Each server is linked a second time, as
# faults_step05_echo and so on, with the calls in calls.txt wrapped. Only linkers for ELF, such as
# those of GNU and LLVM, have --wrap, so these tests run on Linux only.

faults_calls    := $(shell awk '$$1 == "fails" || $$1 == "counted" { $$1 = ""; print }' \
                     tests/faults/calls.txt)
faults_steps    := $(filter-out %_client step08_loop,$(STEPS))
faults_programs := $(foreach step,$(faults_steps),$(BUILD)/faults_$(step))
faults_tests    := $(foreach name,start serve compress,$(BUILD)/tests/faults_$(name)_test)

$(foreach step,$(faults_steps),\
  $(eval $(BUILD)/faults_$(step): \
    $(foreach module,$(step)/main $($(step)_modules) tests/faults/wrap,$(call object,$(module)))))
# If files and times have 64 bits, glibc calls open64 instead of open, and a few others likewise.
faults_wraps := $(foreach call,$(faults_calls),-Wl,--wrap=$(call),--wrap=$(call)64 \
                  -Wl,--defsym=__wrap_$(call)64=__wrap_$(call))
# A sanitizer's library must not be linked statically: its own calls would be wrapped, too.
faults_link = $(filter-out -static-libasan -static-libubsan,$(LINK))
$(faults_programs): tests/faults/calls.txt
	$(say) LINK $@
	$(quiet)$(faults_link) $(faults_wraps) -o $@ $(filter %.o,$^) $(LDLIBS)

$(faults_tests): $(BUILD)/tests/faults_%_test: $(BUILD)/obj/tests/faults/%_test.o \
                 $(foreach module,driver scenario,$(call object,tests/faults/$(module))) $(test_links)
	$(say) LINK $@
	$(quiet)$(LINK) -o $@ $^ $(LDLIBS)

ifeq ($(SYSTEM),Linux)
bounded-programs: $(faults_programs) $(faults_tests)
endif

faults: $(faults_programs) $(faults_tests) $(BUILD)/wscheck ## fail every system call and allocation of the server in turn
	@sh tests/faults/run.sh

.PHONY: faults
