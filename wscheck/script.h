/* script: the language in which most cases are written, parsed into steps.
 *
 *     text+ 'Hel' cont 'lo' < text 'Hello'        two fragments; the whole message comes back
 *     rsv4 ping 'x' fail 1002                     a reserved bit; the connection fails with 1002
 *     drop 'Host' refuse                          a handshake without Host gets an HTTP error
 *
 * A payload is any number of 'text', [hexadecimal] and decimal numbers (two bytes each, as in a
 * Close). `*N` after it repeats it up to N bytes.
 *
 * The handshake comes first. A script that does not mention it makes an ordinary one.
 *   method 'M', target 'T', version 'V'   change the request line; a target that begins with ? is
 *                                 appended to the URL's own, and 'http:' makes that absolute
 *   set 'Name: value', add 'line', drop 'Name'   change, add or remove a header
 *   reverse, lower, upper, lf     the headers' order, the case of their names, bare LF
 *   plain                         removes all headers that ask for a WebSocket
 *   raw PAYLOAD                   sends bytes as they are; no request is made for the script
 *   early                         what follows is sent together with the request. A client must not
 *                                 do that (4.1), so the server may end the connection instead, and
 *                                 the case is one of practice
 *   unfinished N, allbut N        sends only the first N bytes of the request, or all but the last
 *   rest                          sends the rest of them
 * What the answer has to be; without any of these words, a 101. A server that may refuse and ends
 * TCP without an answer falls short of a SHOULD (10.7).
 *   accept                        a 101 that breaks no rule
 *   acceptable                    a 101 that breaks no rule, or an HTTP error
 *   refuse [N] ['Header']         an HTTP error, with this status and header if they are given
 *   no101                         any HTTP response but a 101
 *   answer                        any HTTP response
 *   status N                      an HTTP response with this status
 *   usual                         an HTTP response with the status of an ordinary GET for the URL
 *   has 'Header: value', lacks 'Header'   what the answer that has come must contain or not
 *
 * Compression, RFC 7692. What a 101 says about it is always compared with the offer.
 *   offer 'permessage-deflate'    adds the header Sec-WebSocket-Extensions
 *   negotiated                    a 101; an HTTP error instead is a failure of practice
 *   agreed ['P']                  a 101 that agrees to permessage-deflate, with the parameter P if
 *                                 it is named ('!P': without it); if not, the case is skipped. P
 *                                 without client_ or server_ is that of wscheck's own direction
 *
 * Frames. They are sent together, up to the next word that waits for something.
 *   text binary cont close ping pong opN PAYLOAD   N is the opcode; a + after it clears FIN
 *   in front of them: rsvN, unmasked, zerokey, len7 len16 len64 (the form of the length),
 *   claim N (a wrong length), cut N (only its first N bytes), split N (a pause after them),
 *   pieces N (in fragments of N bytes), times N, echo (wait until it comes back each time),
 *   deflated (compressed as agreed, with `pieces` in fragments), slide N (the payload names a
 *   sample; many messages of N bytes or characters, a window that slides through it)
 *   chop N                        everything is sent N bytes at a time, with a pause after each
 *   slice N                       the same without a pause
 *   sync                          each frame is sent on its own
 * What has to come back.
 *   < text PAYLOAD                this message; <? if the server may fail before it
 *   waitpong                      the Pong of the last Ping
 *   barrier                       sends a Ping and waits for its Pong
 *   opens                         the connection is open: a Ping and a Close are sent, and one of
 *                                 them is answered
 *   fail N[,N]                    the connection fails with one of these codes
 *   mayfail N[,N]                 the same, but silence is only a failure of practice
 *   orderly N[,N]                 the same as fail, and TCP ends without a reset
 *   closed [N]                    a Close was sent; its answer comes, and TCP ends
 *   ended                         TCP ends, in whatever way
 *   eventually N[,N]              the connection fails with one of these codes, or goes on as if
 *                                 nothing were wrong: all messages come, and a Pong
 *   limits N[,N]                  from here on the server may close with one of these codes
 *                                 instead, because it reaches a limit of its own (10.4); then the
 *                                 case is skipped, unless --max-message tells the limit
 *   defends N[,N]                 the same, but then the case passes: it is about the limit
 *   leave                         nothing: the connection is closed at once. A script with none of
 *                                 these words sends a Close 1000 and does not judge what follows
 *   masks, keys                   judge whether frames are masked as they must be; or their keys
 * For a client under test wscheck is the server. It sends frames without a mask, and the words that
 * change headers change those of its answer. In it {accept}, {key}, {swapped} (the accept value
 * with upper and lower case exchanged), {subprotocol} (the first that the client offers) and
 * {deflate} (the answer to its offer) are filled in.
 *   target '?T'                   is appended to the path of the client's URL
 *   judge 'RULE'                  judges the request by one rule of request_rules.h, or by 'fresh':
 *                                 its key is a new one
 *   offered                       skips the case if the client offers no subprotocol
 *   offered 'P'                   the same for permessage-deflate or one of its parameters; '!P'
 *                                 skips it if the client offers that
 *   agreed ['P']                  answers the offer of permessage-deflate, with this parameter; if
 *                                 there is no offer, the case is skipped
 *   answers 'LINE'                changes the status line. The next word that needs a connection
 *                                 sends the answer; `unfinished N` sends its first N bytes
 *   interim PAYLOAD               is sent before the answer
 *   refused                       sends the answer; the client sends no frame and ends TCP
 *   kept PAYLOAD                  the same, with this body, and wscheck does not end TCP first
 *   quiet N                       for N ms nothing comes
 *   masked                        in front of an opcode: this frame has a mask
 *   again                         closes the connection and starts the client a second time
 *   ignore                        messages that come back are not judged
 *   hangup                        ends the client's input; its Close has to come
 *   pinged                        sends Pings and no Close; the client has to end TCP all the same
 *   lingers                       a Close was sent; its answer comes, and the client leaves the end
 *                                 of TCP to the server
 * More, for servers.
 *   own                           comes first: starts a server for this script alone
 *   terminate                     tells that server to end
 *   beside N                      comes first: N neighbours, connections that stay open
 *   meanwhile                     the neighbours are served, and then another connection opens, is
 *                                 served and closes
 *   crowd N                       N other connections open, are served and close at the same time
 *   deaf, hearing                 stops reading; goes on reading
 *   stuff N PAYLOAD               sends texts until N bytes are sent or the server takes no more;
 *                                 then as meanwhile
 *   flood PAYLOAD                 as meanwhile, while this text is sent over and over
 *   prints 'text'                 the server's output shows the text, as it is or in hexadecimal
 *   hides 'text'                  it does not, not even after the end of TCP
 * More, for both.
 *   fin, reset                    ends wscheck's half of TCP; ends all of it with a reset
 *   patience N                    from here on every wait may take N seconds
 *   open                          waits for the answer to the handshake here
 */
#ifndef WSCHECK_SCRIPT_H
#define WSCHECK_SCRIPT_H

#include "wscheck/writer.h"

/* Who is under test in a case. */
enum script_role { FOR_SERVERS = 1, FOR_CLIENTS = 2, FOR_BOTH = FOR_SERVERS | FOR_CLIENTS };

enum { SCRIPT_CODES_MAX = 6 };

struct word; /* words.h */

struct script_step {
    const struct word *word;
    uint64_t number;                  /* the argument of a word that takes a number */
    unsigned codes[SCRIPT_CODES_MAX]; /* the same of codes, ended by 0 */
    struct payload payload;           /* the same of a payload or a 'text' */
    const char *text;                 /* the payload as a C string, without repetition */
    struct writer_frame frame;        /* to be sent; or, of a message, to come back */
    bool optional, echo, zero_key, claims, masked, unmasked, deflated;
    uint64_t cut, split, pieces, times, slide;
};

struct script {
    struct script_step *steps; /* the last one is word_end */
    size_t count;
};

/* Parses the script of a case for servers or for clients. Returns NULL, or the place in `text` of a
 * word that is unknown for this role. The caller frees the script in both cases. */
const char *script_parse(struct script *script, const char *text, enum script_role role);
void script_free(struct script *script);

/* Whether the script waits for a message to come back. */
bool script_needs_echo(const struct script *script);

/* Whether one of its words has this trait (enum word_traits). */
bool script_has(const struct script *script, unsigned trait);

/* Whether it keeps a server busy, with more than a mebibyte or more than 2,000 frames. */
bool script_is_heavy(const struct script *script);

/* Whether it opens a WebSocket, so that frames have to wait for the handshake. */
bool script_opens(const struct script *script);

#endif
