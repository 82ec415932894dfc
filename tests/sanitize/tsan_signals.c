/* Linked into the programs that `make sanitize` builds for ThreadSanitizer. Its runtime (seen with
 * gcc 12) makes its record of a thread's signals in the thread's first call that may block. A
 * signal that arrives while it does so is noted in another record, which is then replaced, and
 * never reaches the program. Here the main thread makes such a call before anybody can send it a
 * signal. */
#include <poll.h>
#include <stddef.h>

__attribute__((constructor)) static void make_record(void) {
    poll(NULL, 0, 0);
}
