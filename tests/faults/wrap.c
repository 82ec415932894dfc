/* What a call that fails leaves in its results is nobody's to use, so the calls here that fail put
 * rubbish there. */
#include "tests/faults/wrap.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static struct faults_control unshared;
static struct faults_control *control = &unshared;
static _Thread_local unsigned thread_number; /* 0: the thread that main runs on */

__attribute__((constructor)) static void share(void) {
    const char *path = getenv(FAULTS_FILE);
    int fd = path != NULL ? __real_open(path, O_RDWR) : -1;
    if (fd >= 0) {
        void *shared = mmap(NULL, sizeof *control, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
        control = shared != MAP_FAILED ? shared : control;
        __real_close(fd);
    }
    const char *one_byte = getenv(FAULTS_ONE_BYTE);
    if (one_byte != NULL) {
        atomic_store(&control->one_byte, (unsigned)strtoul(one_byte, NULL, 10));
    }
}

struct faults_control *wrap_control(void) {
    return control;
}

bool wrap_fails(enum faults_call call) {
    if (thread_number != 0 && thread_number == atomic_load(&control->exempt)) {
        return false;
    }
    unsigned count = atomic_fetch_add(&control->calls[call], 1) + 1;
    unsigned at = atomic_load(&control->at);
    if (atomic_load(&control->call) != (int)call ||
        (atomic_load(&control->sticky) ? count < at : count != at)) {
        return false;
    }
    atomic_fetch_add(&control->reached, 1);
    errno = atomic_load(&control->error);
    return true;
}

/* Counts a block of memory or another thing that must be given back. */
static void *counted(void *block) {
    atomic_fetch_add(&control->blocks, block != NULL ? 1 : 0);
    return block;
}

void *__wrap_calloc(size_t count, size_t size) {
    return wrap_fails(FAULTS_CALLOC) ? NULL : counted(__real_calloc(count, size));
}

void *__wrap_realloc(void *block, size_t size) {
    if (wrap_fails(FAULTS_REALLOC)) {
        return NULL;
    }
    return block == NULL ? counted(__real_realloc(NULL, size)) : __real_realloc(block, size);
}

void *__wrap_malloc(size_t size) {
    return wrap_fails(FAULTS_MALLOC) ? NULL : counted(__real_malloc(size));
}

void __wrap_free(void *block) {
    atomic_fetch_sub(&control->blocks, block != NULL ? 1 : 0);
    __real_free(block);
}

int __wrap_pthread_attr_init(pthread_attr_t *attributes) {
    if (wrap_fails(FAULTS_PTHREAD_ATTR_INIT)) {
        return errno;
    }
    counted(attributes);
    return __real_pthread_attr_init(attributes);
}

int __wrap_pthread_attr_destroy(pthread_attr_t *attributes) {
    atomic_fetch_sub(&control->blocks, 1);
    return __real_pthread_attr_destroy(attributes);
}

int __wrap_pthread_attr_setstacksize(pthread_attr_t *attributes, size_t size) {
    return wrap_fails(FAULTS_PTHREAD_ATTR_SETSTACKSIZE)
               ? errno
               : __real_pthread_attr_setstacksize(attributes, size);
}

/* What a new thread is to do. */
struct start {
    void *(*run)(void *);
    void *argument;
    unsigned number;
};

static void *run_thread(void *argument) {
    struct start start = *(struct start *)argument;
    __real_free(argument);
    thread_number = start.number;
    void *result = start.run(start.argument);
    atomic_fetch_sub(&control->threads, 1);
    return result;
}

int __wrap_pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*run)(void *),
                          void *argument) {
    if (wrap_fails(FAULTS_PTHREAD_CREATE)) {
        return errno;
    }
    struct start *start = __real_calloc(1, sizeof *start);
    if (start == NULL) {
        return EAGAIN;
    }
    *start = (struct start){run, argument, atomic_fetch_add(&control->started, 1) + 1};
    atomic_fetch_add(&control->threads, 1);
    int problem = __real_pthread_create(thread, attributes, run_thread, start);
    if (problem != 0) {
        atomic_fetch_sub(&control->threads, 1);
        __real_free(start);
    }
    return problem;
}

int __wrap_pthread_kill(pthread_t thread, int number) {
    return wrap_fails(FAULTS_PTHREAD_KILL) ? errno : __real_pthread_kill(thread, number);
}

int __wrap_getrlimit(int resource, struct rlimit *limit) {
    if (wrap_fails(FAULTS_GETRLIMIT)) {
        memset(limit, 0, sizeof *limit);
        return -1;
    }
    return __real_getrlimit(resource, limit);
}

int __wrap_setrlimit(int resource, const struct rlimit *limit) {
    return wrap_fails(FAULTS_SETRLIMIT) ? -1 : __real_setrlimit(resource, limit);
}

long __wrap_sysconf(int name) {
    return wrap_fails(FAULTS_SYSCONF) ? -1 : __real_sysconf(name);
}
