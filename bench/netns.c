/* bench_netns: runs a command where the bench wants it: on one core, and in a network of its own
 * whose congestion control is reno.
 *
 * Why a network of its own: Linux may be set to BBR, which paces what it sends. Over loopback that
 * halves the rate of a raw echo from 64 KiB up and makes slow servers look good. The setting
 * belongs to a network namespace; a new one can be set up without touching the machine's, and as
 * an ordinary user, who gets a user namespace for it. Why reno: it is the one algorithm that every
 * kernel has and that every namespace may use.
 *
 * What cannot be had is said on standard error, and the command runs without it. */
#define _GNU_SOURCE
#include "common/options.h"

#include <errno.h>
#include <inttypes.h>
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

enum { NO_CORE = 9999, CANNOT_RUN = 127 };

static const char congestion[] = "reno";

static int write_file(const char *path, const char *text) {
    FILE *file = fopen(path, "w");
    if (file == NULL) {
        return -1;
    }
    int written = fputs(text, file);
    return fclose(file) == 0 && written >= 0 ? 0 : -1;
}

/* Leaves the machine's network. A user who may not do that alone may do it within a user namespace,
 * in which he stays who he is. */
static int leave_network(void) {
    char map[64];
    unsigned user = (unsigned)getuid(), group = (unsigned)getgid();
    if (unshare(CLONE_NEWNET) == 0) {
        return 0;
    }
    if (unshare(CLONE_NEWUSER | CLONE_NEWNET) != 0) {
        return -1;
    }
    snprintf(map, sizeof map, "%u %u 1", user, user);
    if (write_file("/proc/self/setgroups", "deny") != 0 ||
        write_file("/proc/self/uid_map", map) != 0) {
        return -1;
    }
    snprintf(map, sizeof map, "%u %u 1", group, group);
    return write_file("/proc/self/gid_map", map);
}

/* A new network has a loopback device, but it is down. */
static int raise_loopback(void) {
    struct ifreq request = {.ifr_name = "lo"};
    int fd = socket(AF_INET, SOCK_DGRAM, 0);
    if (fd < 0) {
        return -1;
    }
    int result = ioctl(fd, SIOCGIFFLAGS, &request);
    request.ifr_flags |= IFF_UP;
    result = result == 0 ? ioctl(fd, SIOCSIFFLAGS, &request) : -1;
    close(fd);
    return result;
}

static void go_to_own_network(void) {
    if (leave_network() != 0) {
        fprintf(stderr, "bench_netns: no network of its own: %s\n", strerror(errno));
    } else if (raise_loopback() != 0) {
        fprintf(stderr, "bench_netns: the loopback device stays down: %s\n", strerror(errno));
    } else if (write_file("/proc/sys/net/ipv4/tcp_congestion_control", congestion) != 0) {
        fprintf(stderr, "bench_netns: cannot set %s: %s\n", congestion, strerror(errno));
    }
}

static void go_to_core(uint64_t core) {
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET((size_t)core, &set);
    if (sched_setaffinity(0, sizeof set, &set) != 0) {
        fprintf(stderr, "bench_netns: not on core %" PRIu64 ": %s\n", core, strerror(errno));
    }
}

int main(int argc, char **argv) {
    uint64_t core = NO_CORE;
    bool own_network = false;
    struct options options;
    options_init(&options, "bench_netns", "Runs a command on one core or in a network of its own.");
    options_add_number(&options, "--core", "C", &core, 0, CPU_SETSIZE - 1, "run on this core only");
    options_add_flag(&options, "--own-network", &own_network,
                     "in a network namespace with loopback and reno");
    options.operand_name = "-- COMMAND...";
    int status = options_parse(&options, argc, argv);
    if (status != OPTIONS_GO_ON) {
        return status;
    }
    if (options.operands.count == 0) {
        fprintf(stderr, "bench_netns: needs a command after its options and '--'\n");
        return OPTIONS_USAGE;
    }
    if (own_network) {
        go_to_own_network();
    }
    if (core != NO_CORE) {
        go_to_core(core);
    }
    char **command = argv + argc - options.operands.count;
    execvp(command[0], command);
    fprintf(stderr, "bench_netns: cannot run '%s': %s\n", command[0], strerror(errno));
    return CANNOT_RUN;
}
