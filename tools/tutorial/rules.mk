# The rules of the checker of the tutorial; the Makefile includes them.

tutorial := lines report document match quotes command sandbox dump varies transcript console \
            frames listing deflated anchors links folders functions cell rules figures \
            snippets
tutorial_others := $(addprefix common/,process options text hexdump clock sha1 base64) step04_frames/frame \
                   $(filter step07_deflate/inflate% %/deflate_format,$(deflate_engine)) tests/support/wire
tutorial_links  := $(foreach module,main $(tutorial),$(call object,tools/tutorial/$(module))) \
                   $(foreach module,$(tutorial_others),$(call object,$(module)))

tutorial_programs := $(BUILD)/tutorial $(BUILD)/tutorial-bin/nc

test-programs: $(tutorial_programs)
$(BUILD)/tutorial: $(tutorial_links)
	$(say) LINK $@
	$(quiet)$(LINK) -o $@ $^ $(LDLIBS)
$(BUILD)/tutorial-bin/nc: $(call object,tools/tutorial/nc) $(call object,common/process)
	$(say) LINK $@
	$(quiet)$(LINK) -o $@ $^ $(LDLIBS)
nc: $(BUILD)/tutorial-bin/nc ## build an nc for who has none, or one that knows no -N
	@echo 'It is $<. For the shell that you type into:  PATH=$(<D):$$PATH'

tutorial: programs $(BUILD)/wscheck $(tutorial_programs) ## check that the tutorial and the README say what the code does
	@$(BUILD)/tutorial $(ARGS)
	@if [ -d '$(BUILD)/interop/node_modules/playwright-core' ]; then \
	    sh tests/interop/run.sh tutorial; \
	else \
	    echo 'SKIP the snippets for the browser: make interop installs what they need'; \
	fi

lines: ## count the lines of code of each step
	@sh tools/lines.sh $(ROOMS)

.PHONY: nc tutorial lines
