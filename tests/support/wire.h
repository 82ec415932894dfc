/* wire: frames as a test writes them, byte for byte, without help from the code under test. */
#ifndef TESTS_SUPPORT_WIRE_H
#define TESTS_SUPPORT_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct wire {
    uint8_t *bytes;
    size_t len, capacity;
};

/* What is added grows the memory; wire_free gives it back. A test that is out of memory aborts. */
void wire_add(struct wire *wire, const void *bytes, size_t len);
void wire_free(struct wire *wire);

/* Adds bytes written in hexadecimal, with blanks anywhere: "81 85 37fa213d". */
void wire_add_hex(struct wire *wire, const char *hex);

/* Adds a frame with this first byte (FIN, RSV, opcode) and payload, its length in the shortest
 * form: as a client sends it, masked with a key that depends on the place, or plain, as a server
 * does. */
void wire_add_client_frame(struct wire *wire, uint8_t first, const void *payload, size_t len);
void wire_add_server_frame(struct wire *wire, uint8_t first, const void *payload, size_t len);

/* Adds frames that are written as "01:frag 89: 80:ments c1=f248cd x8105": the first byte of each in
 * hexadecimal, then its payload, after ':' as text without blanks, after '=' in hexadecimal; 'x'
 * stands before bytes that are taken as they are. */
void wire_add_frames(struct wire *wire, bool masked, const char *frames);

/* The same with a C string as payload. */
void wire_add_client_text(struct wire *wire, uint8_t first, const char *payload);
void wire_add_server_text(struct wire *wire, uint8_t first, const char *payload);

/* The same for a Close frame with a code and a reason. */
void wire_add_client_close(struct wire *wire, unsigned code, const char *reason);
void wire_add_server_close(struct wire *wire, unsigned code, const char *reason);

#endif
