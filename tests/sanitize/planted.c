/* A program with one fault of the kind that its argument names, which `make sanitize` runs first: a
 * tool that does not report it is not at work, and its silence about the programs says nothing. The
 * program goes on to its end as if nothing were wrong, as a server would. */
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int shared;

static void *count(void *argument) {
    for (int i = 0; i < 1000; i++) {
        shared++;
    }
    return argument;
}

static void race(void) {
    pthread_t thread;
    if (pthread_create(&thread, NULL, count, NULL) == 0) {
        count(NULL);
        pthread_join(thread, NULL);
    }
}

/* Volatile, so that no compiler sees the fault coming and leaves it out. */
static void plant(const char *kind) {
    volatile int number = (int)(strlen(kind) > 0) + 0x7ffffffe;
    volatile char *volatile memory = malloc(16);
    if (strcmp(kind, "overflow") == 0) {
        memory[16] = 1;
    } else if (strcmp(kind, "leak") == 0) {
        memory = NULL;
    } else if (strcmp(kind, "signed") == 0) {
        number = number + 1;
    } else if (strcmp(kind, "narrowing") == 0) {
        volatile char narrow = number;
        number = (unsigned char)narrow;
    } else if (strcmp(kind, "uninitialised") == 0) {
        puts(memory[3] == 'x' ? "x" : "no x");
    } else if (strcmp(kind, "race") == 0) {
        race();
    } else if (strcmp(kind, "descriptor") == 0) {
        number = open("/dev/null", O_RDONLY);
    }
    free((char *)memory);
}

int main(int argc, char **argv) {
    plant(argc > 1 ? argv[1] : "none");
    return 0;
}
