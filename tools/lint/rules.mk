# The rules for reading the sources with tools; the Makefile includes them. A file in which a tool
# has found nothing gets a stamp, so the next `make lint` reads only the files that have changed.

lint_parts := $(addprefix lint-,format includes shell scripts workflow cppcheck gcc tidy scan)
# Without the peers, which need other libraries, and the program that has faults on purpose.
lint_files := $(filter-out bench/peers/% tests/sanitize/planted.c \
                $(if $(wildcard /usr/include/zlib.h),,bench/deflate_speed.c),$(filter %.c,$(SOURCES)))
lint_stamp  = $(patsubst %,$(BUILD)/lint/$1/%.ok,$(lint_files))
LINT_FLAGS := -std=c11 -D_DEFAULT_SOURCE -I.

# With a job for each processor, unless make was told how many.
lint: ## read the sources with tools; for one: lint-format, -shell, -scripts, -workflow, -cppcheck, -gcc, -tidy, -scan
	+@$(MAKE) --no-print-directory $(if $(findstring -j,$(MAKEFLAGS)),,-j$(shell getconf _NPROCESSORS_ONLN)) \
	    $(lint_parts)

# $(call with,PROGRAM,PACKAGE,COMMANDS) runs the commands, or prints what is not installed. If CI is
# true, that is a failure.
with = @if command -v $1 > /dev/null; then $3; else \
    echo 'SKIPPED $@: $1 is not installed (package $2)'; [ '$(CI)' != true ]; fi

lint-format:
	$(call with,clang-format,clang-format,clang-format --dry-run --Werror $(SOURCES))
	@! awk 'length > 100 && /^ *(\/\*|\*|#)/ && !/\\$$/ { print FILENAME ":" FNR ": " $$0 }' \
	    $(SOURCES) $(SCRIPTS) Makefile $(wildcard */*.mk */*/*.mk) | grep . # clang-format leaves these
lint-includes: # an include points down
	@sh tools/lint/includes.sh $(filter common/% step% wscheck/%,$(SOURCES))
lint-shell:
	$(call with,shellcheck,shellcheck,shellcheck -s sh $(SCRIPTS))
lint-scripts: # their syntax
	$(call with,node,nodejs,for script in $(wildcard */*/*.mjs */*/*/*.mjs); do node --check "$$script" || exit 1; done)
	$(call with,python3,python3,for script in $(wildcard */*.py */*/*.py */*/*/*.py); do \
	    python3 -c 'import ast; import sys; ast.parse(open(sys.argv[1]).read())' "$$script" || exit 1; done)
lint-workflow: # its schema
	$(call with,npm,npm,{ test -x $(action_validator) || npm install --silent --no-save \
	    --prefix $(BUILD)/workflow @action-validator/cli@0.6.0 @action-validator/core@0.6.0; } && \
	    $(action_validator) .github/workflows/ci.yml)
action_validator = $(BUILD)/workflow/node_modules/.bin/action-validator
lint-cppcheck:
	$(call with,cppcheck,cppcheck,cppcheck --quiet --std=c11 --error-exitcode=1 \
	    --enable=warning$(comma)performance$(comma)portability --inline-suppr -I. \
	    -D_DEFAULT_SOURCE $(lint_files))

# These read one file at a time.
lint-gcc lint-tidy lint-scan: lint-%:
	$(call with,$(lint_program_$*),$(lint_package_$*),\
	    $(MAKE) --no-print-directory -k $(call lint_stamp,$*))
lint_program_gcc  := gcc
lint_package_gcc  := gcc
lint_program_tidy := clang-tidy
lint_package_tidy := clang-tidy
lint_program_scan := clang
lint_package_scan := clang
comma := ,

lint_headers := $(filter %.h,$(SOURCES)) Makefile tools/lint/rules.mk
$(BUILD)/lint/gcc/%.ok: % $(lint_headers) tools/lint/analyzer.sh tools/lint/analyzer.txt
	@mkdir -p $(@D)
	@sh tools/lint/analyzer.sh $< $(LINT_FLAGS)
	@touch $@
$(BUILD)/lint/tidy/%.ok: % $(lint_headers) .clang-tidy
	@mkdir -p $(@D)
	@clang-tidy --quiet $< -- $(LINT_FLAGS) 2> $@.log || { cat $@.log; exit 1; }
	@touch $@
$(BUILD)/lint/scan/%.ok: % $(lint_headers)
	@mkdir -p $(@D)
	@clang --analyze -Xclang -analyzer-werror --analyzer-output text $(LINT_FLAGS) -o /dev/null $<
	@touch $@

.PHONY: lint $(lint_parts)
