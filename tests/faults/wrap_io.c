/* The calls that have to do with descriptors. */
#include "tests/faults/wrap.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdarg.h>
#include <string.h>
#include <unistd.h>

/* Counts a new descriptor, if it is one. */
static int opened(int fd) {
    atomic_fetch_add(&wrap_control()->descriptors, fd >= 0 ? 1 : 0);
    return fd;
}

int __wrap_socket(int family, int type, int protocol) {
    return wrap_fails(FAULTS_SOCKET) ? -1 : opened(__real_socket(family, type, protocol));
}

int __wrap_accept(int fd, struct sockaddr *address, socklen_t *size) {
    return wrap_fails(FAULTS_ACCEPT) ? -1 : opened(__real_accept(fd, address, size));
}

/* The programs create no file, so there is never a third argument. */
int __wrap_open(const char *path, int flags, ...) {
    return wrap_fails(FAULTS_OPEN) ? -1 : opened(__real_open(path, flags));
}

int __wrap_pipe(int fds[2]) {
    if (wrap_fails(FAULTS_PIPE)) {
        return -1;
    }
    int result = __real_pipe(fds);
    atomic_fetch_add(&wrap_control()->descriptors, result == 0 ? 2 : 0);
    return result;
}

/* On Linux the descriptor is gone even if close says that it failed. */
int __wrap_close(int fd) {
    bool fails = wrap_fails(FAULTS_CLOSE);
    int error = errno;
    int result = __real_close(fd);
    atomic_fetch_sub(&wrap_control()->descriptors, result == 0 ? 1 : 0);
    if (fails) {
        errno = error;
    }
    return fails ? -1 : result;
}

int __wrap_fcntl(int fd, int command, ...) {
    va_list arguments;
    va_start(arguments, command);
    int argument = va_arg(arguments, int);
    va_end(arguments);
    return wrap_fails(FAULTS_FCNTL) ? -1 : __real_fcntl(fd, command, argument);
}

int __wrap_bind(int fd, const struct sockaddr *address, socklen_t size) {
    return wrap_fails(FAULTS_BIND) ? -1 : __real_bind(fd, address, size);
}

int __wrap_listen(int fd, int backlog) {
    struct sockaddr_in address = {0};
    socklen_t size = sizeof address;
    int result = wrap_fails(FAULTS_LISTEN) ? -1 : __real_listen(fd, backlog);
    if (result == 0 && __real_getsockname(fd, (struct sockaddr *)&address, &size) == 0) {
        atomic_store(&wrap_control()->port, ntohs(address.sin_port));
    }
    return result;
}

int __wrap_getsockname(int fd, struct sockaddr *address, socklen_t *size) {
    return wrap_fails(FAULTS_GETSOCKNAME) ? -1 : __real_getsockname(fd, address, size);
}

int __wrap_getaddrinfo(const char *host, const char *service, const struct addrinfo *hints,
                       struct addrinfo **list) {
    if (wrap_fails(FAULTS_GETADDRINFO)) {
        int problem = errno;
        /* NOLINTNEXTLINE(bugprone-sizeof-expression): it is the pointer that is spoiled. */
        memset(list, 0x7e, sizeof *list);
        errno = EMFILE; /* what EAI_SYSTEM is about */
        return problem;
    }
    int problem = __real_getaddrinfo(host, service, hints, list);
    atomic_fetch_add(&wrap_control()->blocks, problem == 0 ? 1 : 0);
    return problem;
}

void __wrap_freeaddrinfo(struct addrinfo *list) {
    atomic_fetch_sub(&wrap_control()->blocks, 1);
    __real_freeaddrinfo(list);
}

int __wrap_setsockopt(int fd, int level, int option, const void *value, socklen_t size) {
    return wrap_fails(FAULTS_SETSOCKOPT) ? -1 : __real_setsockopt(fd, level, option, value, size);
}

int __wrap_shutdown(int fd, int how) {
    return wrap_fails(FAULTS_SHUTDOWN) ? -1 : __real_shutdown(fd, how);
}

int __wrap_poll(struct pollfd *fds, nfds_t count, int timeout) {
    return wrap_fails(FAULTS_POLL) ? -1 : __real_poll(fds, count, timeout);
}

ssize_t __wrap_write(int fd, const void *bytes, size_t len) {
    return fd == STDERR_FILENO && wrap_fails(FAULTS_WRITE) ? -1 : __real_write(fd, bytes, len);
}

/* How many of `len` bytes the next call of this thread may move. */
static size_t at_most(size_t len) {
    static _Thread_local unsigned moves;
    unsigned one_byte = atomic_load(&wrap_control()->one_byte);
    size_t most = one_byte == 0 ? len : moves++ < one_byte ? 1 : FAULTS_PIECE;
    return len < most ? len : most;
}

ssize_t __wrap_recv(int fd, void *buffer, size_t size, int flags) {
    return wrap_fails(FAULTS_RECV) ? -1 : __real_recv(fd, buffer, at_most(size), flags);
}

ssize_t __wrap_send(int fd, const void *bytes, size_t len, int flags) {
    return wrap_fails(FAULTS_SEND) ? -1 : __real_send(fd, bytes, at_most(len), flags);
}

/* Takes of the first part only, if not all. */
ssize_t __wrap_sendmsg(int fd, const struct msghdr *message, int flags) {
    if (wrap_fails(FAULTS_SENDMSG)) {
        return -1;
    }
    const struct iovec *part = message->msg_iov;
    size_t count = (size_t)message->msg_iovlen;
    if (atomic_load(&wrap_control()->one_byte) == 0 || count == 0) {
        return __real_sendmsg(fd, message, flags);
    }
    while (part->iov_len == 0 && count > 1) {
        part++;
        count--;
    }
    return __real_send(fd, part->iov_base, at_most(part->iov_len), flags);
}
