#include "wscheck/command.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

char *command_fill_in(const char *command, unsigned port, const char *host, const char *path) {
    char *filled = NULL;
    size_t size;
    FILE *out = open_memstream(&filled, &size);
    if (out == NULL) {
        abort();
    }
    while (*command != '\0') {
        if (strncmp(command, "{port}", 6) == 0) {
            fprintf(out, "%u", port);
            command += 6;
        } else if (path != NULL && strncmp(command, "{path}", 6) == 0) {
            fprintf(out, "%s", path);
            command += 6;
        } else if (path != NULL && strncmp(command, "{url}", 5) == 0) {
            fprintf(out, "ws://%s%s", host, path);
            command += 5;
        } else {
            fputc(*command++, out);
        }
    }
    fclose(out);
    return filled;
}
