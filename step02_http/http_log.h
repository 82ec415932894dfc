/* http_log: what the log shows of a request and of its answer, whoever reads and writes them.
 * Step 2.
 *
 * `number` is that of the TCP connection. Bytes from the peer are made harmless, and long ones are
 * cut.
 */
#ifndef STEP02_HTTP_HTTP_LOG_H
#define STEP02_HTTP_HTTP_LOG_H

#include "step02_http/reply.h"

/* Logs the first line, as far as it is among the `count` bytes that have come, of a request that
 * will be refused. Empty lines before it do not count; without a line nothing is logged. */
void http_log_first_line(uint64_t number, const char *bytes, size_t count);

/* Logs the headers of this name, upper or lower case, or all of them if `name` is NULL. */
void http_log_headers(uint64_t number, const struct http_head *head, const char *name);

/* Logs the status of a reply, and its sentence for the log. */
void http_log_answer(uint64_t number, const struct reply *reply);

#endif
