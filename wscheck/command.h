/* command: the command line of --exec, with its blanks filled in. */
#ifndef WSCHECK_COMMAND_H
#define WSCHECK_COMMAND_H

/* Returns the command with the port for every {port}; and, if there is a path, with it for {path}
 * and with the whole URL for {url}, whose host has a port of its own. It is an argument of `sh -c`.
 * Free it. */
char *command_fill_in(const char *command, unsigned port, const char *host, const char *path);

#endif
