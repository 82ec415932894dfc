# The rules of the checker of the tutorial; the Makefile includes them.

nc_program := $(BUILD)/tutorial-bin/nc

test-programs: $(nc_program)
$(nc_program): $(call object,tools/tutorial/nc) $(call object,common/process)
	$(say) LINK $@
	$(quiet)$(LINK) -o $@ $^ $(LDLIBS)
nc: $(nc_program) ## build an nc for who has none, or one that knows no -N
	@echo 'It is $<. For the shell that you type into:  PATH=$(<D):$$PATH'

tutorial: programs $(BUILD)/wscheck $(nc_program) ## check that the texts say what the code does (needs python3)
	@command -v python3 > /dev/null || { echo 'make tutorial needs python3, which is not installed'; exit 1; }
	@python3 tools/tutorial/check.py $(ARGS)
	@if [ -d '$(BUILD)/interop/node_modules/puppeteer-core' ]; then \
	    sh tests/interop/run.sh tutorial; \
	else \
	    echo 'SKIP the snippets for the browser: make interop installs what they need'; \
	fi

lines: ## count the lines of code of each step
	@sh tools/lines.sh $(ROOMS)

.PHONY: nc tutorial lines
