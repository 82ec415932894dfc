# The comparison with zlib; the Makefile includes it. No program of a step uses zlib.

zlib: $(BUILD)/flags ## compare inflate and deflate with zlib's (needs python3)
	@if command -v python3 > /dev/null; then \
	    $(COMPILE) -shared -fPIC -o $(BUILD)/deflate.so $(addsuffix .c,$(deflate_engine)) && \
	    python3 tests/zlib/compare.py $(BUILD)/deflate.so; \
	else \
	    echo 'SKIPPED zlib: python3 is not installed'; [ '$(CI)' != true ]; \
	fi

.PHONY: zlib
