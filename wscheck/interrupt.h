/* interrupt: ^C, which ends wscheck and must not leave behind what --exec has started. */
#ifndef WSCHECK_INTERRUPT_H
#define WSCHECK_INTERRUPT_H

/* From now on SIGINT, SIGTERM and SIGHUP stop all children before they end the program, as they
 * always do; a second ^C does not wait for that. Returns 0, or -1 with errno. */
int interrupt_stops_children(void);

#endif
