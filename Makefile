# A WebSocket server in C, taught in steps. `make help` lists what can be typed.

# The table of contents: what each room (directory) adds. A step links its own modules and those of
# all rooms above it here, and has no copies of them.
common           := process options log log_writer text hexdump clock sha1 base64 \
                    utf8_plain utf8 utf8_vector
step01_tcp       := tcp listeners threads server_open server
step02_http      := buffer http_head http_request http_response reply http_log http_exchange page
step03_handshake := extensions origin handshake opening upgrade
step04_frames    := frame mask_fast close frame_draw frame_show
step05_echo      := connection_input connection_output connection connection_small \
                    connection_send connection_lend limits session_events session
step06_client    := url random client_response client_response_body client_handshake \
                    happy_eyeballs tcp_connect frame_trace channel client client_open terminal \
                    client_loop client_options
step07_deflate   := deflate_format inflate_table inflate_codes inflate_fast inflate_symbols inflate \
                    deflate_huffman deflate_code_lengths deflate_block deflate_match deflate_lz77 \
                    deflate permessage_negotiation permessage_receive permessage_send \
                    permessage_deflate permessage_options
step08_loop      := poller poller_poll poller_epoll poller_kqueue timers peer_opening peer \
                    loop_accept loop loop_server

# The compressor and the decompressor, without the extension that uses them.
deflate_engine := $(addprefix step07_deflate/,$(filter inflate% deflate%,$(step07_deflate)))

STEPS := step01_tcp step02_http step03_handshake step04_frames step05_echo step06_client \
         step07_deflate step08_loop
ROOMS := common $(STEPS)

SYSTEM   := $(shell uname -s)
CC       ?= cc
CFLAGS   ?= -O2 -g
# Tests and tools are not optimized: that takes longer than they run. CFLAGS that the user sets
# count for them, too.
test_flags := $(if $(filter file,$(origin CFLAGS)),-O0 -U_FORTIFY_SOURCE)
BUILD    ?= build
ifneq ($(words $(subst ',- - ,$(subst ",- - ,$(BUILD)))),1)
    $(error BUILD is the name of one directory without spaces or quotes, such as build/clang, not '$(BUILD)')
endif
WARNINGS := -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wstrict-prototypes \
            -Wmissing-prototypes -Wold-style-definition -Wformat=2 -Wundef \
            -Wpointer-arith -Wwrite-strings -Wvla
# POSIX, and what every Unix has in addition, such as MSG_DONTWAIT. glibc and musl want this name;
# macOS and the BSDs declare all that they have as long as no macro asks for POSIX alone. The other
# two give a processor of 32 bits a clock that works after 2038.
FEATURES := -D_DEFAULT_SOURCE -D_FILE_OFFSET_BITS=64 -D_TIME_BITS=64
# A mistake that no test has found should end the program, not give it away: the code is at another
# address in each process, tables of addresses cannot be written, and an overrun of the stack or of
# a buffer is noticed. `newer` says whether the compiler knows the newer two of these flags. The C
# library's checks of buffers need optimization, and disturb a sanitizer. CFLAGS and LDFLAGS come
# after all of this, so they decide.
newer    := $(shell $(CC) -Werror -O2 -fstack-clash-protection -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3 \
              -include stdlib.h -x c -c -o /dev/null /dev/null 2> /dev/null && echo yes)
checks    = $(if $(findstring -fsanitize,$(CFLAGS)),,$(filter-out -O0,$(filter -O%,$(CFLAGS))))
HARDENED  = -fPIE -fstack-protector-strong $(if $(newer),-fstack-clash-protection) \
            $(if $(checks),-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=$(if $(newer),3,2))
COMPILE   = $(CC) -std=c11 $(FEATURES) -I. $(WARNINGS) -pthread $(HARDENED) $(CPPFLAGS) $(CFLAGS)
LINK      = $(CC) -pthread $(if $(filter Darwin,$(SYSTEM)),,-pie -Wl,-z,relro,-z,now) $(CFLAGS) $(LDFLAGS)

# The scripts use these. Variables reach a shell through the environment, also those that are set
# on the command line: a recipe says "$$CLIENT" and not '$(CLIENT)', since a text may have quotes.
export BUILD CC COMPILE LINK LDLIBS MAKE

# Short lines while building; `make V=1` shows the commands.
say   = @$(if $(V),:,echo) ' '
quiet = $(if $(V),,@)

# For each room: the modules of all rooms up to it. A step's program links them.
object  = $(BUILD)/obj/$1.o
so_far :=
$(foreach room,$(ROOMS),\
  $(eval so_far += $(addprefix $(room)/,$($(room))))\
  $(eval $(room)_modules := $(so_far)))

PROGRAMS := $(addprefix $(BUILD)/,$(STEPS)) $(BUILD)/step07_client
TESTS    := $(patsubst %.c,$(BUILD)/tests/%,$(notdir $(wildcard tests/unit/*_test.c tests/programs/*_test.c)))

# `all` and `test` call make again, and two of them must not make the same file at once.
ifneq ($(filter all test,$(MAKECMDGOALS)),)
ifneq ($(word 2,$(MAKECMDGOALS)),)
.NOTPARALLEL:
endif
endif

# One job for each processor, unless make was told how many.
jobs = $(if $(filter -j%,$(MAKEFLAGS)),,-j$$(getconf _NPROCESSORS_ONLN))
all: ## build the programs of all steps (the default)
	+@$(MAKE) --no-print-directory $(jobs) programs
programs: $(PROGRAMS)

$(foreach step,$(STEPS),\
  $(eval $(BUILD)/$(step): $(foreach module,$(step)/main $($(step)_modules),$(call object,$(module)))))
$(BUILD)/step07_client: $(foreach module,step07_deflate/client_main $(step07_deflate_modules),$(call object,$(module)))
$(PROGRAMS):
	$(say) LINK $@
	$(quiet)$(LINK) -o $@ $^ $(LDLIBS)

# This test goes through millions of texts, so it is optimized.
$(call object,tests/unit/utf8_test): test_flags :=
$(BUILD)/obj/%.o: %.c $(BUILD)/flags
	$(say) CC $<
	$(quiet)$(COMPILE) $(if $(filter tests/% tools/%,$<),$(test_flags)) -MMD -MP -c -o $@ $<

# The page is an HTML file; the compiler gets it as an array of bytes.
$(BUILD)/gen/page.c: step02_http/page.html step02_http/embed.sh | $(BUILD)/flags
	$(quiet)sh step02_http/embed.sh step02_http/page.html > $@
$(call object,step02_http/page): $(BUILD)/gen/page.c $(BUILD)/flags
	$(say) CC $<
	$(quiet)$(COMPILE) -MMD -MP -c -o $@ $<

# With another compiler or other flags everything is built anew. This rule also makes the folders
# for all that is built.
$(BUILD)/flags: FORCE
	@mkdir -p $(addprefix $(BUILD)/,gen tests fuzz tutorial-bin \
	    $(addprefix obj/,$(sort $(dir $(SOURCES)))))
	@echo "$$COMPILE $$LINK $$LDLIBS" | cmp -s - $@ || echo "$$COMPILE $$LINK $$LDLIBS" > $@

# Running. `make step03 PORT=9000 ARGS=--verbose`; without PORT the programs take 8000.
PORT ?= 8000
run: $(BUILD)/step05_echo ## build and run the echo server (PORT=8000 ARGS=...)
	@$(BUILD)/step05_echo --port $(PORT) $(ARGS)
short = $(firstword $(subst _, ,$1))
$(foreach step,$(STEPS),$(eval $(call short,$(step)) $(step): $(BUILD)/$(step)))
$(STEPS) $(foreach step,$(STEPS),$(call short,$(step))):
	@$(BUILD)/$(notdir $<) $(where) $(ARGS)
step07_client: $(BUILD)/step07_client
	@$(BUILD)/$(notdir $<) $(where) $(ARGS)
where = --port $(PORT)
step06 step06_client step07_client: where = "$${URL:-ws://127.0.0.1:$(PORT)/}"

# The bench: bench, bench-report. It comes before the tests because on systems other than Linux it
# leaves out one of them.
include bench/rules.mk

# The attacks on the echo server: attacks.
include tests/attacks/rules.mk

# Testing.
test_parts := $(addprefix tests/support/,test test_main wire process raw_client inflate_case pump \
                http_feed resolver handshake_request client_process scripted_server lesson memory_server \
                log_capture)
# From these archives the linker takes what a test calls. Some tests include the .c file of a module
# to replace functions that it calls; then nothing is taken from the archive's copy.
modules    := $(BUILD)/modules.a
test_links := $(BUILD)/tests/parts.a $(modules)
$(modules): $(foreach module,$(so_far),$(call object,$(module)))
$(BUILD)/tests/parts.a: $(foreach module,$(test_parts),$(call object,$(module)))
$(test_links):
	@rm -f $@
	$(quiet)$(AR) -rcs $@ $^
define link_test
$(say) LINK $@
$(quiet)$(LINK) -o $@ $(filter %.o,$^) $(test_links) $(LDLIBS)
endef
$(BUILD)/tests/%: $(BUILD)/obj/tests/unit/%.o $(test_links)
	$(link_test)
$(BUILD)/tests/%: $(BUILD)/obj/tests/programs/%.o $(test_links)
	$(link_test)

# The calls that fail: faults.
include tests/faults/rules.mk

# The comparison with zlib: zlib.
include tests/zlib/rules.mk

# With T=frame only tests/unit/frame_test.c runs; with ONLY=text only those of its tests that have
# the text in their names.
test: ## run the tests that need only a compiler, make and a shell (T=frame for one program, FULL=yes for repetitions)
	+@$(MAKE) --no-print-directory $(jobs) \
	    $(if $(wildcard tests/*/$(T)_test.c),programs $(BUILD)/tests/$(T)_test,$(if $(BOUNDED),bounded,test)-programs)
	@sh tests/run.sh $(T)
test-programs: bounded-programs ## build the test programs without running them
bounded-programs: programs $(TESTS) # without those that only scripts use; see tests/run.sh
interop: programs ## drive the programs with real clients: browsers, Node, Python, Java and others
	@sh tests/interop/run.sh

# The tests under tools that watch the programs: sanitize.
include tests/sanitize/rules.mk

# Other systems and processors: portable.
include tests/portable/rules.mk

# Installing, and running behind a proxy: install, uninstall, deploy.
include deploy/rules.mk
# The fuzz targets, and what the tests reach: fuzz, coverage.
include tests/fuzz/rules.mk

# The checker for anybody's server: check, mistakes, results.
include wscheck/rules.mk

# Many connections, and a long time: scale, soak.
include tests/scale/rules.mk

# The checker for the tutorial: tutorial, lines.
include tools/tutorial/rules.mk

# Reading.
FLAT = $(BUILD)/flat
# All steps, or those that ONLY names as 3, 03, step03 or step03_handshake.
step_number = $(patsubst 0%,%,$(patsubst step%,%,$(call short,$1)))
named_steps = $(foreach each,$1,$(foreach number,$(call step_number,$(each)),\
                $(filter step$(number)_% step0$(number)_%,$(STEPS))))
write_flat  = $(foreach step,$1,sh tools/flat.sh $2/$(call short,$(step)) $(step) $($(step)_modules) &&) true
flat: ## write build/flat/stepNN anew: all that a step needs in one folder
	@$(call write_flat,$(if $(ONLY),$(call named_steps,$(ONLY)),$(STEPS)),$(FLAT))
diff: ## show what a step adds: make diff FROM=03 TO=04
	@rm -rf $(BUILD)/diff && mkdir -p $(BUILD)/diff
	@{ $(call write_flat,$(call named_steps,$(FROM) $(TO)),$(BUILD)/diff); } > /dev/null
	@sh tools/diff.sh $(BUILD)/diff "$$FROM" "$$TO"

# Tidying.
SOURCES = $(filter-out build/% $(BUILD)/%,$(wildcard */*.[ch] */*/*.[ch]))
format: ## format the C sources with clang-format
	@clang-format -i $(SOURCES)
SCRIPTS = .ci/run $(filter-out build/% $(BUILD)/%,$(wildcard */*.sh */*/*.sh))
# The tools that read the sources: lint.
include tools/lint/rules.mk
compdb: ## write compile_commands.json for editors
	@sh tools/compdb.sh $(filter %.c,$(SOURCES)) > compile_commands.json
clean: ## remove everything that was built
	rm -rf $(BUILD) compile_commands.json
help: ## show this list
	@echo 'make TARGET [VARIABLE=value]; the targets are:'
	@sed -n 's/^\([a-z][a-z-]*\):.* ## /\1|/p' $(filter %Makefile %.mk,$(MAKEFILE_LIST)) | \
	    while IFS='|' read -r target text; do printf '  %-12s %s\n' "$$target" "$$text"; done
	@echo '  stepNN       build and run one step: make step03 PORT=9000 ARGS=--verbose'
	@echo '  step06       build and run the client: make step06 URL=ws://127.0.0.1:8000/'
	@echo '  step07_client  the same with compression: ARGS=--compress'
	@echo 'CC, CFLAGS, LDFLAGS and BUILD can be set, as in: make CC=clang BUILD=build/clang'

.PHONY: all programs run $(STEPS) $(foreach step,$(STEPS),$(call short,$(step))) test test-programs \
        bounded-programs interop \
        flat diff format compdb clean help FORCE
.SECONDARY:
# The compiler writes these files. Without this rule make would look for a way to make each of them.
$(BUILD)/obj/%.d: ;
-include $(shell find $(BUILD)/obj -name '*.d' 2>/dev/null)
