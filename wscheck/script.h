/* script: the language in which most cases are written, taken apart into steps.
 *
 *     text+ 'Hel' cont 'lo' < text 'Hello'        two fragments; the whole message comes back
 *     rsv4 ping 'x' fail 1002                     a reserved bit; the connection fails with 1002
 *     drop 'Host' refuse                          a handshake without Host gets an HTTP error
 *
 * A payload is any number of 'text', [hexadecimal] and decimal numbers (two bytes each, as in a
 * Close), and `*N` after it repeats it up to N bytes.
 *
 * The handshake, before anything else. A script that says nothing of it makes an ordinary one.
 *   method 'M', target 'T', version 'V'   change the request line; a target that begins with ? is
 *                                 put after the URL's own, 'http:' in front of it as http://host
 *   set 'Name: value', add 'line', drop 'Name'   change, add or take out a header
 *   reverse, lower, upper, lf     the headers' order, the case of their names, bare LF
 *   plain                         takes out all that asks for a WebSocket
 *   raw PAYLOAD                   sends bytes as they are, and no request of its own
 *   early                         what follows leaves together with the request. A client must not
 *                                 do that (4.1), so the server may end the connection instead, and
 *                                 what is asked of it is practice
 *   unfinished N, allbut N        sends only the first N bytes of the request, or all but the last
 *   rest                          sends the rest of them
 * What the answer is to be. Without a word, a 101. Who ends TCP without an answer where it need not
 * be a 101 only falls short of a SHOULD (10.7).
 *   accept                        a 101 by all the rules
 *   acceptable                    a 101 by all the rules, or an HTTP error
 *   refuse [N] ['Header']         an HTTP error, with this status and header if they are given
 *   no101                         any HTTP response but a 101
 *   answer                        any HTTP response
 *   status N                      an HTTP response with this status
 *   usual                         one with the status that an ordinary GET for the URL gets
 *   has 'Header: value', lacks 'Header'   of the answer that has come
 *
 * Compression, RFC 7692. What a 101 says of it is always judged against what was offered.
 *   offer 'permessage-deflate'    adds the header Sec-WebSocket-Extensions
 *   negotiated                    a 101; an HTTP error instead is only against practice
 *   agreed ['P']                  a 101 that agrees to permessage-deflate, with the parameter P if
 *                                 it is named ('!P': without it); if not, the case is skipped. P
 *                                 without client_ or server_ is that of our own direction
 *
 * Frames, which leave together up to the next word that waits for something.
 *   text binary cont close ping pong opN PAYLOAD   N is the opcode; a + after it clears FIN
 *   in front of them: rsvN, unmasked, zerokey, len7 len16 len64 (the form of the length),
 *   claim N (a wrong length), cut N (only its first N bytes), split N (a pause after them),
 *   pieces N (in fragments of N bytes), times N, echo (wait until it comes back each time),
 *   deflated (compressed by what was agreed, in any pieces), slide N (the payload names a
 *   sample; many messages of N bytes or characters, a window that slides through it)
 *   chop N                        everything leaves N bytes at a time, with a pause between them
 *   slice N                        the same without a pause
 *   sync                          each frame leaves on its own
 * What is to come back.
 *   < text PAYLOAD                this message; <? if the server may fail before it
 *   waitpong                      the pong of the last ping
 *   barrier                       a ping of our own, and its pong
 *   opens                         it is open: a ping and a Close are sent, and one of the
 *                                 two is answered
 *   fail N[,N]                    the connection fails with one of these codes
 *   mayfail N[,N]                 the same, but silence is only against practice
 *   orderly N[,N]                 the same, and TCP ends without a reset
 *   closed [N]                    a Close was sent; its answer, and the end of TCP
 *   ended                         TCP ends, in whatever way
 *   eventually N[,N]              either fails with a code or goes on as if nothing were wrong: the
 *                                 messages that were to come come, and a Pong
 *   limits N[,N]                  from here on the server may close with one of these codes
 *                                 instead, because a limit of its own is reached (10.4); the case
 *                                 is skipped then, unless --max-message tells the limit
 *   defends N[,N]                 the same, but then the case has passed: it is about the limit
 *   leave                         nothing: the connection is given up. Without any of these words a
 *                                 Close 1000 is sent; what becomes of it is not judged
 *   masks, keys                   that frames are masked, or not, is judged; their keys are
 * Of a client under test, to which wscheck is the server. Frames leave without a mask then, and the
 * words that change headers change those of the answer; {accept}, {key}, {swapped} (the accept
 * value with the case of its letters turned around) and {subprotocol} (the first that the client
 * offers) are filled in, and so is {deflate} (the answer to its offer).
 *   target '?T'                   goes after the path of the client's URL
 *   judge 'RULE'                  the request, by one rule of request_rules.h, or 'fresh': with a
 *                                 new key
 *   offered                       skips the case if the client offers no subprotocol
 *   offered 'P'                   the same of permessage-deflate or one of its parameters; '!P'
 *                                 skips it if the client offers that
 *   agreed ['P']                  answers the offer of permessage-deflate, with this parameter; if
 *                                 there is none, the case is skipped
 *   answers 'LINE'                changes the status line; a line of an answer is sent by the next
 *                                 word that needs a connection, and `unfinished N` sends a part
 *   interim PAYLOAD               goes in front of the answer
 *   refused                       the answer is sent; the client sends no frame and ends TCP
 *   kept PAYLOAD                  the same, with this body, and wscheck does not end TCP first
 *   quiet N                       for N ms nothing comes
 *   masked                        in front of an opcode: this frame has a mask
 *   again                         closes the connection and starts the client a second time
 *   ignore                        messages that come back are not judged
 *   hangup                        ends the client's input; its Close has to come
 *   pinged                        gets Pings and no Close; ends TCP all the same
 *   lingers                       a Close was sent; its answer, and the client leaves the end of
 *                                 TCP to the server
 * More.
 *   own                           stands first: starts a server for this script alone
 *   terminate                     tells that server to end
 *   fin, reset                    ends our half of TCP; ends all of it with a reset
 *   meanwhile                     another connection opens, is served and closes in the meantime
 *   crowd N                       so do N of them at once
 *   deaf, hearing                 stops reading; goes on reading
 *   stuff N PAYLOAD               sends texts until N bytes are sent or no more are taken
 *   prints 'text'                 the server's output shows the text, as it is or in hexadecimal
 *   hides 'text'                  it does not, also after the end of TCP
 *   patience N                    from here on every wait may take N seconds
 *   open                          waits for the answer to the handshake here
 */
#ifndef WSCHECK_SCRIPT_H
#define WSCHECK_SCRIPT_H

#include "wscheck/writer.h"

/* Who is put to the test by a case. */
enum script_role { FOR_SERVERS = 1, FOR_CLIENTS = 2, FOR_BOTH = FOR_SERVERS | FOR_CLIENTS };

enum { SCRIPT_CODES_MAX = 6 };

struct word; /* words.h */

struct script_step {
    const struct word *word;
    uint64_t number;                  /* of the words that take one */
    unsigned codes[SCRIPT_CODES_MAX]; /* ended by 0 */
    struct payload payload;           /* of the words that take one; 'text' is a payload, too */
    const char *text;                 /* the same, up to its first NUL */
    struct writer_frame frame;        /* of a frame, or of a message that is to come */
    bool optional, echo, zero_key, claims, masked, unmasked, deflated;
    uint64_t cut, split, pieces, times, slide;
};

struct script {
    struct script_step *steps; /* the last one is word_end */
    size_t count;
};

/* Takes apart a script of a case for servers, or of one for clients. Returns NULL, or where it has
 * no word of theirs. Free it in both cases. */
const char *script_parse(struct script *script, const char *text, enum script_role role);
void script_free(struct script *script);

/* Whether it waits for a message to come back. */
bool script_needs_echo(const struct script *script);

/* Whether one of its words has this trait (enum word_traits). */
bool script_has(const struct script *script, unsigned trait);

/* Whether it keeps a server busy: more than a mebibyte, or more than 2,000 frames, at once. */
bool script_is_heavy(const struct script *script);

/* Whether it opens a WebSocket, so that the handshake is to be waited for. */
bool script_opens(const struct script *script);

#endif
