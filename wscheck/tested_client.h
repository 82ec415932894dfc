/* tested_client: a client under test: started for one case, accepted, and let go. */
#ifndef WSCHECK_TESTED_CLIENT_H
#define WSCHECK_TESTED_CLIENT_H

#include "wscheck/trial.h"

/* Starts the client with the URL of the case, and `query` after its path; waits for it, and reads
 * its request. Returns whether it came; otherwise the trial has failed. */
bool tested_client_arrive(struct trial *trial, const char *query);

/* The Sec-WebSocket-Key of a head; of no length if there is none. */
struct head_text tested_client_key(const struct head *head);

/* Sends `length` bytes of our answer from `from` on; SIZE_MAX is all of it. */
void tested_client_answer(struct trial *trial, size_t from, size_t length);

/* Judges the request by one rule of request_rules.h, by "fresh" (its key is another than the last
 * time), or, without one, whether it can be answered at all. */
void tested_client_judge(struct trial *trial, const char *rule);

/* The client must not take the connection for open: it has to send no frame and to end TCP. With
 * `kept` it has to do so although wscheck does not end TCP after an answer that is no 101. */
void tested_client_refuses(struct trial *trial, bool kept);

/* Nothing may come for this many milliseconds, and TCP must not end. */
void tested_client_stays_quiet(struct trial *trial, int64_t milliseconds);

/* Ends the client's input and waits for its Close. If it takes no notice, the case is skipped. */
void tested_client_hang_up(struct trial *trial);

/* A Close was sent; its answer has to come, and then the client should leave the end of TCP to the
 * server. */
void tested_client_lingers(struct trial *trial);

/* The client has sent a Close. It gets Pings instead of an answer, and has to end TCP by itself. */
void tested_client_only_pinged(struct trial *trial);

/* Ends the connection and the client, keeps what it printed, and tells if it crashed. Another may
 * arrive afterwards. */
void tested_client_leave(struct trial *trial);

#endif
