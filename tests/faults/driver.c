#include "tests/faults/driver.h"

#include "tests/support/test.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

struct faults_control *driver_control;

bool driver_tries_all(void) {
    return getenv("FAULTS_ALL") != NULL;
}

void driver_reset(void) {
    memset(driver_control, 0, sizeof *driver_control);
}

void driver_arm(enum faults_call call, unsigned at, int error, bool sticky) {
    atomic_store(&driver_control->call, FAULTS_NONE);
    for (int i = 0; i < FAULTS_CALLS; i++) {
        atomic_store(&driver_control->calls[i], 0);
    }
    atomic_store(&driver_control->reached, 0);
    atomic_store(&driver_control->at, at);
    atomic_store(&driver_control->error, error);
    atomic_store(&driver_control->sticky, sticky);
    atomic_store(&driver_control->call, (int)call);
}

unsigned driver_disarm(void) {
    atomic_store(&driver_control->call, FAULTS_NONE);
    return atomic_load(&driver_control->reached);
}

const char *driver_name(enum faults_call call) {
#define NAME(name) #name,
    static const char *const names[FAULTS_CALLS] = {"nothing", FAULTS_EACH(NAME)};
    return names[call];
}

struct driver_held driver_holds(void) {
    return (struct driver_held){atomic_load(&driver_control->threads),
                                atomic_load(&driver_control->descriptors),
                                atomic_load(&driver_control->blocks)};
}

bool driver_wait_until_held(struct driver_held wanted, const char *what) {
    int64_t deadline = now() + PROCESS_WAIT;
    struct driver_held held;
    do {
        held = driver_holds();
        if (memcmp(&held, &wanted, sizeof held) == 0) {
            return true;
        }
        poll(NULL, 0, 1);
    } while (now() < deadline);
    CHECK_FOR(false, "%s: %d threads, not %d; %d descriptors, not %d; %d blocks, not %d", what,
              held.threads, wanted.threads, held.descriptors, wanted.descriptors, held.blocks,
              wanted.blocks);
    return false;
}

/* Makes the memory that is shared, and lets every program that is started find it. Returns false
 * after a failed check. */
static bool share_memory(char *path, size_t size) {
    const char *folder = getenv("BUILD");
    snprintf(path, size, "%s/faults-XXXXXX", folder != NULL ? folder : "build");
    int fd = mkstemp(path);
    if (fd >= 0 && ftruncate(fd, sizeof *driver_control) == 0) {
        driver_control =
            mmap(NULL, sizeof *driver_control, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    }
    bool good = driver_control != NULL && driver_control != MAP_FAILED;
    CHECK_FOR(good, "no shared memory in %s: %s", path, strerror(errno));
    close(fd);
    return good && setenv(FAULTS_FILE, path, 1) == 0;
}

int main(void) {
    char path[256];
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur > 256) {
        limit.rlim_cur = 256; /* so that the programs ask for more descriptors */
        setrlimit(RLIMIT_NOFILE, &limit);
    }
    signal(SIGPIPE, SIG_DFL); /* the programs inherit it */
    if (share_memory(path, sizeof path)) {
        test_run_all();
    }
    unlink(path);
    return test_report();
}
