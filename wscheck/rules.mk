# The rules of wscheck; the Makefile includes them. Of the other rooms it links only `common` and
# DEFLATE, since a second DEFLATE would be as large as a room. The tests compare both directions of
# it with zlib, and a fault that they shared would show with every other server.

wscheck_cases := cases http handshake upgrade frames illegal control fragments utf8 close limits \
                 tcp neighbours steps client client_open client_deflate offer deflate inflate samples grounds
wscheck := $(addprefix cases/,$(wscheck_cases)) select \
           payload utf8_decoder writer reader unpack sample transcript \
           link request head response_rules request_rules extension deflate_parameters negotiation \
           trial trial_send trial_incoming trial_messages trial_wait trial_open trial_deflate \
           script script_run script_run_request script_run_answer script_run_frames script_run_others \
           driver_server driver_client \
           arguments address memory child listener tested_client probe probe_client \
           cause runner runner_case explain summary \
           report report_pretty report_junit grade
wscheck_common := process options text hexdump clock sha1 base64
wscheck_links  := $(foreach module,main $(wscheck),$(call object,wscheck/$(module))) \
                  $(foreach module,$(wscheck_common),$(call object,common/$(module))) \
                  $(foreach module,$(deflate_engine),$(call object,$(module)))

bounded-programs: $(BUILD)/wscheck
wscheck: $(BUILD)/wscheck ## build the checker for any server or client: build/wscheck
$(BUILD)/wscheck: $(wscheck_links)
	$(say) LINK $@
	$(quiet)$(LINK) -o $@ $^ $(LDLIBS)

# The tests of its verdicts link these parts of it, some of which have names that step 6 has, too.
wscheck_tests := $(addprefix $(BUILD)/tests/wscheck_,deflate_test head_test reader_test sample_test)
$(wscheck_tests): $(foreach module,negotiation deflate_parameters extension head request_rules \
    response_rules request reader unpack utf8_decoder writer memory payload sample,$(call object,wscheck/$(module)))

# A peer that damages the bytes of a good server or client.
$(BUILD)/tests/mutating_peer: $(call object,tests/support/mutating_peer) $(test_links)
	@mkdir -p $(@D)
	$(say) LINK $@
	$(quiet)$(LINK) -o $@ $^ $(LDLIBS)
bounded-programs: $(BUILD)/tests/mutating_peer

check: $(BUILD)/wscheck ## put any server or client to the test: URL=ws://... [STEP=3] or CLIENT='... {url}'
	@test -n "$$URL$$CLIENT" || { \
	    echo 'make check needs URL=ws://HOST:PORT/PATH, or CLIENT="command {url}"' >&2; exit 2; }
	@$(BUILD)/wscheck $(ARGS) $(if $(CLIENT),--listen 0 --exec "$$CLIENT","$$URL") \
	    $(if $(STEP),$(or $(call short,$(call named_steps,$(STEP))),step$(STEP)))

early_steps := $(filter step01% step02% step03% step04%,$(STEPS))
objects_of = $(foreach module,$1/main $($1_modules),$(call object,$(module)))
mistakes: $(addprefix $(BUILD)/,wscheck $(early_steps) step05_echo step06_client step07_deflate) ## plant faults in server and client for wscheck to find
	@OBJECTS='$(call objects_of,step05_echo)' DEFLATE_OBJECTS='$(call objects_of,step07_deflate)' \
	    CLIENT_OBJECTS='$(call objects_of,step06_client)' \
	    $(foreach step,$(early_steps),$(call short,$(step))_objects='$(call objects_of,$(step))') \
	    sh tests/mistakes/run.sh $(MISTAKES)

rfc: ## look up the sentences that wscheck quotes: RFC=DIRECTORY has rfc6455.txt and the others
	@RFC='$(RFC)' sh tests/rfc.sh

results: $(BUILD)/wscheck $(PROGRAMS) ## grade other people's servers and clients: wscheck/RESULTS.md; PEERS='ws aiohttp' for some
	@BUILD='$(BUILD)' python3 wscheck/results.py $(PEERS)

.PHONY: wscheck check mistakes rfc results
