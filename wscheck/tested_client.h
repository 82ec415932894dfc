/* tested_client: a client under test, which is started and stopped for each case. */
#ifndef WSCHECK_TESTED_CLIENT_H
#define WSCHECK_TESTED_CLIENT_H

#include "wscheck/trial.h"

/* Starts the client with the URL of the case, to which `query` is appended, waits until it
 * connects, and reads its request. Returns whether there is a request; if not, the trial has failed
 * or is skipped. */
bool tested_client_arrive(struct trial *trial, const char *query);

/* The Sec-WebSocket-Key of a head; empty if there is none. */
struct head_text tested_client_key(const struct head *head);

/* Puts `length` bytes of the answer, from `from` on, into the outbox; SIZE_MAX: all the rest. */
void tested_client_answer(struct trial *trial, size_t from, size_t length);

/* Judges the request by one rule of request_rules.h, or by "fresh": its key is not that of the
 * request before. */
void tested_client_judge(struct trial *trial, const char *rule);

/* The answer was sent, and the client must not accept it: it has to send no frame and to end TCP.
 * Unless `kept`, wscheck ends TCP itself after an answer that is no 101. */
void tested_client_refuses(struct trial *trial, bool kept);

/* For this many milliseconds nothing may come, and TCP must not end. */
void tested_client_stays_quiet(struct trial *trial, int64_t milliseconds);

/* Ends the client's input and waits for its Close. If nothing comes, the case is skipped. */
void tested_client_hang_up(struct trial *trial);

/* A Close was sent. Its answer has to come, and the client should leave it to the server to end
 * TCP. */
void tested_client_lingers(struct trial *trial);

/* The client has sent a Close. It gets Pings and no answer, and has to end TCP by itself. */
void tested_client_only_pinged(struct trial *trial);

/* Ends the connection, stops the client and keeps its output. The case fails if it crashed. Another
 * client may be started afterwards. */
void tested_client_leave(struct trial *trial);

#endif
