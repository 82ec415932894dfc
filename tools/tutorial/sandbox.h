/* sandbox: where the commands of the text are played. The text always says port 8000 and folder
 * build; here are the port and folder that stand for them, the environment of the commands, and
 * the way there and back. */
#ifndef TOOLS_TUTORIAL_SANDBOX_H
#define TOOLS_TUTORIAL_SANDBOX_H

#include "tools/tutorial/lines.h"

#include <stdbool.h>

struct sandbox {
    const char *build; /* the folder that the text calls build */
    unsigned ports;    /* 473: ports 4730 to 4739 are what the text calls 8000 to 8009 */
};

/* Finds ten free ports in a row and sets the environment: PORT, BUILD, a PATH with our own nc, and
 * nothing of the make that has called us. Ports that occur as numbers in one of the texts are left
 * out: what a command prints could not be told from them. Returns false if no ports are left. */
bool sandbox_init(struct sandbox *scene, const char *const *texts, size_t count);

/* Whether nc is our own and not that of the system. */
bool sandbox_has_own_nc(void);

/* The command as it is run here. The caller frees it. */
char *sandbox_command(const struct sandbox *scene, const char *command);

/* What a command printed, line by line as the text shows it. What make says of its own accord is
 * left out; `interrupted` tells whether it got a ^C. The caller frees the lines. */
void sandbox_output(const struct sandbox *scene, const char *output, bool interrupted,
                    struct lines *lines);

/* The name of a program that the command needs, that not every machine has, and that this one has
 * not, or NULL. */
const char *sandbox_missing(const char *command);

#endif
