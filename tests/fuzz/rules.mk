# The rules of the fuzz targets; the Makefile includes them. `make replay` needs any compiler,
# `make fuzz` clang and `make coverage` gcc.

FUZZ_TARGETS := http answer frame connection session inflate deflate
fuzz_objects := $(foreach module,tests/support/wire \
                  $(addprefix tests/fuzz/,fuzz endpoint script) \
                  $(addprefix tests/fuzz/oracle_,frames http fields handshake inflate) \
                  $(addprefix wscheck/,head extension reader unpack utf8_decoder), \
                  $(call object,$(module))) $(modules)
FUZZ_REPLAYS := $(addprefix $(BUILD)/fuzz/replay_,$(FUZZ_TARGETS))
FUZZERS      := $(addprefix $(BUILD)/fuzz/fuzz_,$(FUZZ_TARGETS))

# libFuzzer should learn from the code under test, and not from the loops of the oracles:
# tests/fuzz/run.sh sets FUZZ_CFLAGS for that.
$(patsubst %.c,$(BUILD)/obj/%.o,$(wildcard tests/fuzz/*.c)): $(BUILD)/obj/%.o: %.c $(BUILD)/flags
	$(say) CC $<
	$(quiet)$(COMPILE) $(FUZZ_CFLAGS) -MMD -MP -c -o $@ $<

$(FUZZ_REPLAYS): $(BUILD)/fuzz/replay_%: $(BUILD)/obj/tests/fuzz/target_%.o $(BUILD)/obj/tests/fuzz/replay.o \
    $(fuzz_objects)
	$(say) LINK $@
	$(quiet)$(LINK) -o $@ $^ $(LDLIBS)
$(FUZZERS): $(BUILD)/fuzz/fuzz_%: $(BUILD)/obj/tests/fuzz/target_%.o $(fuzz_objects)
	$(say) LINK $@
	$(quiet)$(LINK) -fsanitize=fuzzer -o $@ $^ $(LDLIBS)
replay-programs: $(FUZZ_REPLAYS)
replay: replay-programs ## run the fuzz targets on what their corpora hold, with any compiler
	@sh tests/fuzz/replay.sh

# tests/fuzz/run.sh calls make again for the fuzzers, with clang and sanitizers and another BUILD.
SECONDS ?= 60
fuzz: ## fuzz the protocol code with libFuzzer (SECONDS=60, shared out; FUZZ="http frame" for some)
	+@BUILD='$(BUILD)/fuzzers' sh tests/fuzz/run.sh '$(SECONDS)' $(or $(FUZZ),$(FUZZ_TARGETS))
fuzzers: $(FUZZERS)

# Modules that make system calls or only hold data. All others are pure, and tests must reach every
# line of them.
COVERAGE_IMPURE := common/process common/log_writer step01_tcp/tcp step01_tcp/threads step01_tcp/listeners \
                   step01_tcp/server_open step01_tcp/server step02_http/http_exchange \
                   step02_http/page step03_handshake/upgrade step05_echo/session \
                   $(addprefix step06_client/,random tcp_connect channel client client_open terminal client_loop \
                     client_options) \
                   step07_deflate/permessage_options \
                   $(addprefix step08_loop/,poller poller_poll poller_epoll poller_kqueue peer_opening peer \
                     loop_accept loop loop_server)
coverage: ## show which lines and branches the tests reach (needs gcc with its gcov)
	+@BUILD='$(BUILD)/coverage' MODULES='$(so_far)' IMPURE='$(COVERAGE_IMPURE)' \
	    sh tests/fuzz/coverage.sh
coverage-programs: programs $(BUILD)/wscheck $(TESTS) $(FUZZ_REPLAYS)

.PHONY: replay replay-programs fuzz fuzzers coverage coverage-programs
