# The rules of deploy; the Makefile includes them.

deploy: $(BUILD)/step05_echo $(BUILD)/step07_deflate ## try the files of deploy/: nginx, HAProxy, Caddy, stunnel, systemd
	@BUILD='$(BUILD)' sh tests/deploy/run.sh

.PHONY: deploy
