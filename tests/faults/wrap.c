/* wrap: with the linker's option --wrap, the program calls __wrap_X instead of X, and __real_X is X
 * itself. */
#include "tests/faults/faults.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#define DECLARE(name) extern __typeof__(name) __real_##name, __wrap_##name;
FAULTS_EACH(DECLARE)
DECLARE(free)
DECLARE(freeaddrinfo)
DECLARE(pthread_attr_destroy)

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

/* Counts a call. Returns whether it must fail, with errno set. */
static bool fails(enum faults_call call) {
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

/* The calls that only fail: each returns `failed` then. */
#define WRAP(type, name, failed, parameters, arguments)                                            \
    type __wrap_##name parameters {                                                                \
        return fails(FAULTS_##name) ? (failed) : __real_##name arguments;                          \
    }
WRAP(int, bind, -1, (int fd, const struct sockaddr *address, socklen_t size), (fd, address, size))
WRAP(int, getsockname, -1, (int fd, struct sockaddr *address, socklen_t *size), (fd, address, size))
WRAP(int, poll, -1, (struct pollfd * fds, nfds_t count, int timeout), (fds, count, timeout))
WRAP(int, pthread_attr_setstacksize, errno, (pthread_attr_t * attributes, size_t size),
     (attributes, size))
WRAP(int, pthread_kill, errno, (pthread_t thread, int number), (thread, number))
WRAP(int, setrlimit, -1, (int resource, const struct rlimit *limit), (resource, limit))
WRAP(int, setsockopt, -1, (int fd, int level, int option, const void *value, socklen_t size),
     (fd, level, option, value, size))
WRAP(int, shutdown, -1, (int fd, int how), (fd, how))
WRAP(long, sysconf, -1, (int name), (name))

int __wrap_getrlimit(int resource, struct rlimit *limit) {
    if (fails(FAULTS_getrlimit)) {
        memset(limit, 0, sizeof *limit);
        return -1;
    }
    return __real_getrlimit(resource, limit);
}

ssize_t __wrap_write(int fd, const void *bytes, size_t len) {
    return fd == STDERR_FILENO && fails(FAULTS_write) ? -1 : __real_write(fd, bytes, len);
}

/* Counts a block of memory or another thing that must be given back. */
static void *counted(void *block) {
    atomic_fetch_add(&control->blocks, block != NULL ? 1 : 0);
    return block;
}

void *__wrap_calloc(size_t count, size_t size) {
    return fails(FAULTS_calloc) ? NULL : counted(__real_calloc(count, size));
}

void *__wrap_realloc(void *block, size_t size) {
    if (fails(FAULTS_realloc)) {
        return NULL;
    }
    return block == NULL ? counted(__real_realloc(NULL, size)) : __real_realloc(block, size);
}

void *__wrap_malloc(size_t size) {
    return fails(FAULTS_malloc) ? NULL : counted(__real_malloc(size));
}

void __wrap_free(void *block) {
    atomic_fetch_sub(&control->blocks, block != NULL ? 1 : 0);
    __real_free(block);
}

int __wrap_pthread_attr_init(pthread_attr_t *attributes) {
    if (fails(FAULTS_pthread_attr_init)) {
        return errno;
    }
    counted(attributes);
    return __real_pthread_attr_init(attributes);
}

int __wrap_pthread_attr_destroy(pthread_attr_t *attributes) {
    atomic_fetch_sub(&control->blocks, 1);
    return __real_pthread_attr_destroy(attributes);
}

int __wrap_getaddrinfo(const char *host, const char *service, const struct addrinfo *hints,
                       struct addrinfo **list) {
    if (fails(FAULTS_getaddrinfo)) {
        int problem = errno;
        /* NOLINTNEXTLINE(bugprone-sizeof-expression): the pointer is overwritten. */
        memset(list, 0x7e, sizeof *list);
        errno = EMFILE; /* what EAI_SYSTEM is about */
        return problem;
    }
    int problem = __real_getaddrinfo(host, service, hints, list);
    atomic_fetch_add(&control->blocks, problem == 0 ? 1 : 0);
    return problem;
}

void __wrap_freeaddrinfo(struct addrinfo *list) {
    atomic_fetch_sub(&control->blocks, 1);
    __real_freeaddrinfo(list);
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
    if (fails(FAULTS_pthread_create)) {
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

/* Counts a new descriptor, if it is one. */
static int opened(int fd) {
    atomic_fetch_add(&control->descriptors, fd >= 0 ? 1 : 0);
    return fd;
}

int __wrap_socket(int family, int type, int protocol) {
    return fails(FAULTS_socket) ? -1 : opened(__real_socket(family, type, protocol));
}

int __wrap_accept(int fd, struct sockaddr *address, socklen_t *size) {
    return fails(FAULTS_accept) ? -1 : opened(__real_accept(fd, address, size));
}

/* The programs create no file, so there is never a third argument. */
int __wrap_open(const char *path, int flags, ...) {
    return fails(FAULTS_open) ? -1 : opened(__real_open(path, flags));
}

int __wrap_pipe(int fds[2]) {
    int result = fails(FAULTS_pipe) ? -1 : __real_pipe(fds);
    atomic_fetch_add(&control->descriptors, result == 0 ? 2 : 0);
    return result;
}

/* On Linux the descriptor is gone even if close says that it failed. */
int __wrap_close(int fd) {
    bool failed = fails(FAULTS_close);
    int error = errno;
    int result = __real_close(fd);
    atomic_fetch_sub(&control->descriptors, result == 0 ? 1 : 0);
    if (failed) {
        errno = error;
    }
    return failed ? -1 : result;
}

int __wrap_fcntl(int fd, int command, ...) {
    va_list arguments;
    va_start(arguments, command);
    int argument = va_arg(arguments, int);
    va_end(arguments);
    return fails(FAULTS_fcntl) ? -1 : __real_fcntl(fd, command, argument);
}

int __wrap_listen(int fd, int backlog) {
    struct sockaddr_in address = {0};
    socklen_t size = sizeof address;
    int result = fails(FAULTS_listen) ? -1 : __real_listen(fd, backlog);
    if (result == 0 && __real_getsockname(fd, (struct sockaddr *)&address, &size) == 0) {
        atomic_store(&control->port, ntohs(address.sin_port));
    }
    return result;
}

/* How many of `len` bytes the next call of this thread may move. */
static size_t at_most(size_t len) {
    static _Thread_local unsigned moves;
    unsigned one_byte = atomic_load(&control->one_byte);
    size_t most = one_byte == 0 ? len : moves++ < one_byte ? 1 : FAULTS_PIECE;
    return len < most ? len : most;
}

ssize_t __wrap_recv(int fd, void *buffer, size_t size, int flags) {
    return fails(FAULTS_recv) ? -1 : __real_recv(fd, buffer, at_most(size), flags);
}

ssize_t __wrap_send(int fd, const void *bytes, size_t len, int flags) {
    return fails(FAULTS_send) ? -1 : __real_send(fd, bytes, at_most(len), flags);
}

/* Takes everything, or some of the first part. */
ssize_t __wrap_sendmsg(int fd, const struct msghdr *message, int flags) {
    if (fails(FAULTS_sendmsg)) {
        return -1;
    }
    const struct iovec *part = message->msg_iov;
    size_t count = (size_t)message->msg_iovlen;
    if (atomic_load(&control->one_byte) == 0 || count == 0) {
        return __real_sendmsg(fd, message, flags);
    }
    while (part->iov_len == 0 && count > 1) {
        part++;
        count--;
    }
    return __real_send(fd, part->iov_base, at_most(part->iov_len), flags);
}
