# The rules of deploy, and of what can be installed; the Makefile includes them.

# The unit for systemd in deploy starts this server.
root = "$$DESTDIR$${PREFIX:-/usr/local}"
install: $(BUILD)/wscheck $(BUILD)/step05_echo ## install wscheck, its manual page and the echo server: PREFIX=/usr/local
	install -d $(root)/bin $(root)/share/man/man1
	install -m 755 $(BUILD)/wscheck $(BUILD)/step05_echo $(root)/bin
	install -m 644 wscheck/wscheck.1 $(root)/share/man/man1
uninstall: ## remove what make install has installed, with the same PREFIX
	rm -f $(root)/bin/wscheck $(root)/bin/step05_echo $(root)/share/man/man1/wscheck.1

deploy: $(BUILD)/step05_echo $(BUILD)/step07_deflate ## try the files of deploy/: nginx, HAProxy, Caddy, stunnel, systemd
	@sh tests/deploy/run.sh

.PHONY: install uninstall deploy
