#include "wscheck/cases/grounds.h"

#include <string.h>

/* tests/rfc.sh reads this table. */
static const struct ground grounds[] = {
    /* HTTP, in wscheck's own words. */
    {"9112/2.2", "9112/2.2", "a server ignores at least one empty line before a request line"},
    {"9112/2.3 9112/3/request-line", "9112/3", "an invalid request line is answered with 400"},
    {"9112/3", "9110/9.1",
     "a server supports GET and HEAD, and answers an unknown method with 501"},
    {"9112/3/get-is-no-101", "9110/7.8",
     "a server switches only to a protocol that the request names in Upgrade"},
    {"9112/3/method-case", "9110/9.1", "methods are case-sensitive"},
    {"9112/3/request-line/100-kb 6455/4.2.1/target-of-100-kb", "9112/3",
     "a target that is longer than the server wants to parse is answered with 414"},
    {"9112/3.2", "9112/3.2",
     "a request of HTTP/1.1 without Host, with two or with an invalid one is answered with 400"},
    {"9112/3.2.2", "9112/3.2.2", "a server accepts the absolute form of a target"},
    {"9112/5 6455/4.2.1/syntax/without-colon", "9112/2.2",
     "a request that does not follow the grammar of HTTP is answered with 400"},
    {"9112/5/space-before-colon 6455/4.2.1/syntax/space-before-colon", "9112/5.1",
     "white space between a header's name and the colon is answered with 400"},
    {"9112/5/folded-line 6455/4.2.1/syntax/folded-line", "9112/5.2",
     "a folded line is answered with 400, or each fold is replaced with spaces"},
    {"9112/5/nul-in-header 6455/4.2.1/syntax/nul", "9110/5.5",
     "a message with a NUL in a value is rejected, or each NUL is replaced with a space"},
    {"9112/5/header-of-100-kb 6455/4.2.1/headers-of-100-kb", "9110/5.4",
     "a header that is larger than the server wants to process is answered with a status of 4xx"},
    {"9112/5/header-names", "9110/5.1", "names of headers are case-insensitive"},
    {"9110/15.2", "9110/15.2",
     "a client parses any number of 1xx responses before the final one, expected or not"},
    {"9112/6", "9110/9.1",
     "a method that the server does not know or allow is answered with 4xx or 5xx"},
    {"9112/9 6455/4.2.1/pieces 6455/4.2.1/cut 6455/4.1/answer-cut", "9112/2.2",
     "a message is a sequence of octets, however TCP divides it"},
    /* The handshake, as the server reads it. */
    {"6455/4.1/method 6455/4.1/http-version", "6455/4.1",
     "The method of the request MUST be GET, and the HTTP version MUST be at least 1.1."},
    {"6455/4.2.1", "6455/4.2.1",
     "If the server, while reading the handshake, finds that the client did not send a handshake "
     "that matches the description below ... the server MUST stop processing the client's "
     "handshake and return an HTTP response with an appropriate error code"},
    {"6455/4.2.1/http-1-0", "6455/4.2.1", "An HTTP/1.1 or higher GET request"},
    {"6455/4.2.1/host-refused", "6455/4.2.1",
     "A |Host| header field containing the server's authority."},
    {"6455/4.2.1/upgrade-taken 6455/4.2.1/upgrade-refused", "6455/4.2.1",
     "An |Upgrade| header field containing the value \"websocket\", treated as an ASCII "
     "case-insensitive value."},
    {"6455/4.2.1/connection-taken 6455/4.2.1/connection-refused", "6455/4.2.1",
     "A |Connection| header field that includes the token \"Upgrade\", treated as an ASCII "
     "case-insensitive value."},
    {"6455/4.2.1/connection-taken/list-with-empty-elements", "9110/5.6.1",
     "a recipient ignores empty elements of a list"},
    {"6455/4.2.1/connection-taken/second-header", "9110/5.3",
     "several headers with one name mean the same as one with the list of their values"},
    {"6455/4.2.1/key-refused", "6455/4.2.1",
     "A |Sec-WebSocket-Key| header field with a base64-encoded (see Section 4 of [RFC4648]) value "
     "that, when decoded, is 16 bytes in length."},
    {"6455/4.2.1/key-refused/two", "6455/11.3.1",
     "The |Sec-WebSocket-Key| header field MUST NOT appear more than once in an HTTP request."},
    {"6455/4.2.1/version-refused", "6455/4.2.1",
     "A |Sec-WebSocket-Version| header field, with a value of 13."},
    {"6455/4.2.1/version-refused/013", "6455/4.3", "Limited to 0-255 range, with no leading zeros"},
    {"6455/4.2.1/version-refused/two", "6455/11.3.5",
     "However, the |Sec-WebSocket-Version| header field MUST NOT appear more than once in an HTTP "
     "request."},
    {"6455/4.2.1/header-names", "6455/4.1",
     "Please note that according to [RFC2616], all header field names in both HTTP requests and "
     "HTTP responses are case-insensitive."},
    {"6455/4.2.1/headers-in-any-order", "6455/4.2.1",
     "(note that as per [RFC2616], the order of the header fields is not important)"},
    {"6455/4.2.1/no-space-after-colon 6455/4.2.1/spaces-around-values 6455/4.2.2/spaces-around-key "
     "6455/4.2.2/tab-before-key",
     "9112/5", "white space around a value does not belong to it"},
    {"6455/4.2.1/other-headers", "6455/4.2.1",
     "Unknown header fields are ignored, as per [RFC2616]."},
    {"6455/4.2.1/target-in-absolute-form", "6455/4.2.1",
     "(or an absolute HTTP/HTTPS URI containing the /resource name/)"},
    {"6455/4.2.1/request-of-a-browser 6455/4.2.1/origin-null", "6455/10.7",
     "If the invalid data is sent during the WebSocket handshake, the server SHOULD return an "
     "appropriate HTTP [RFC2616] status code."},
    {"6455/4.4", "6455/4.4",
     "If the server doesn't support the requested version, it MUST respond with a "
     "|Sec-WebSocket-Version| header field (or multiple |Sec-WebSocket-Version| header fields) "
     "containing all versions it is willing to use."},
    /* The handshake, as the server answers it. */
    {"6455/4.2.2", "6455/4.2.2",
     "The value of this header field is constructed by concatenating /key/ ... with the string "
     "\"258EAFA5-E914-47DA-95CA-C5AB0DC85B11\", taking the SHA-1 hash of this concatenated value "
     "to obtain a 20-byte value and base64-encoding ... this 20-byte hash."},
    {"6455/4.2.2/subprotocol", "6455/4.2.2",
     "The value chosen MUST be derived from the client's handshake, specifically by selecting one "
     "of the values from the |Sec-WebSocket-Protocol| field that the server is willing to use for "
     "this connection (if any)."},
    {"6455/4.2.2/subprotocol/unasked", "6455/4.2.2",
     "If the client's handshake did not contain such a header field or if the server does not "
     "agree to any of the client's requested subprotocols, the only acceptable value is null."},
    {"6455/4.2.2/extension", "6455/4.2.2",
     "Extensions not listed by the client MUST NOT be listed."},
    {"6455/4.2.2/extension/unknown 6455/4.2.2/extension/with-parameters", "6455/4.2.2",
     "A (possibly empty) list representing the protocol-level extensions the server is ready to "
     "use."},
    /* The handshake of a client. */
    {"6455/4.1/target-is-the-path 6455/4.1/target-has-the-query", "6455/4.1",
     "The \"Request-URI\" part of the request MUST match the /resource name/ defined in Section 3"},
    {"6455/4.1/header-lines-are-well-formed", "6455/4.1",
     "The handshake MUST be a valid HTTP request as specified by [RFC2616]."},
    {"6455/4.1/host-with-port", "6455/4.1",
     "The request MUST contain a |Host| header field whose value contains /host/ plus optionally "
     "\":\" followed by /port/ (when not using the default port)."},
    {"6455/4.1/upgrade-names-websocket", "6455/4.1",
     "The request MUST contain an |Upgrade| header field whose value MUST include the "
     "\"websocket\" keyword."},
    {"6455/4.1/connection-names-upgrade", "6455/4.1",
     "The request MUST contain a |Connection| header field whose value MUST include the "
     "\"Upgrade\" token."},
    {"6455/4.1/key-is-16-bytes", "6455/4.1",
     "The value of this header field MUST be a nonce consisting of a randomly selected 16-byte "
     "value that has been base64-encoded (see Section 4 of [RFC4648])."},
    {"6455/4.1/key-is-new-each-time", "6455/4.1",
     "The nonce MUST be selected randomly for each connection."},
    {"6455/4.1/version-header-is-13", "6455/4.1", "The value of this header field MUST be 13."},
    {"6455/4.1/subprotocols-are-different-tokens", "6455/4.1",
     "The elements that comprise this value MUST be non-empty strings with characters in the range "
     "U+0021 to U+007E not including separator characters as defined in [RFC2616] and MUST all be "
     "unique strings."},
    {"6455/4.1/extensions-follow-the-grammar", "6455/9.1",
     "the value of the header field is defined by the following ABNF [RFC2616]"},
    {"6455/4.1/request-has-no-body", "9110/9.3.1",
     "a client sends no content with a GET unless the server has said that it can use it"},
    {"6455/4.1/waits-for-the-answer", "6455/4.1",
     "Once the client's opening handshake has been sent, the client MUST wait for a response from "
     "the server before sending any further data."},
    {"6455/4.1/answer-taken", "6455/4.1",
     "If the server's response is validated as provided for above, it is said that _The WebSocket "
     "Connection is Established_ and that the WebSocket Connection is in the OPEN state."},
    {"6455/4.1/status", "6455/4.1",
     "If the status code received from the server is not 101, the client handles the response per "
     "HTTP [RFC2616] procedures."},
    {"6455/4.1/answer-refused", "6455/4.1",
     "If the server's response does not conform to the requirements for the server's handshake as "
     "defined in this section and in Section 4.2.2, the client MUST _Fail the WebSocket "
     "Connection_."},
    {"6455/11.3.3", "6455/11.3.3",
     "The |Sec-WebSocket-Accept| header MUST NOT appear more than once in an HTTP response."},
    {"6455/11.3.4", "6455/11.3.4",
     "However, the |Sec-WebSocket-Protocol| header field MUST NOT appear more than once in an HTTP "
     "response."},
    /* Frames. */
    {"6455/5.1/unmasked", "6455/5.1",
     "The server MUST close the connection upon receiving a frame that is not masked."},
    {"6455/5.1/masked", "6455/5.1",
     "A client MUST close a connection if it detects a masked frame."},
    {"6455/5.1/server-masks-nothing", "6455/5.1",
     "A server MUST NOT mask any frames that it sends to the client."},
    {"6455/5.1", "6455/5.1", "a client MUST mask all frames that it sends to the server"},
    {"6455/5.2 6455/7.1.4", "6455/6.2",
     "Incoming data MUST be parsed as WebSocket frames as defined in Section 5.2."},
    {"6455/5.2/length 6455/10.4/large", "6455/5.2",
     "The length of the \"Payload data\", in bytes: if 0-125, that is the payload length. If 126, "
     "the following 2 bytes interpreted as a 16-bit unsigned integer are the payload length. If "
     "127, the following 8 bytes interpreted as a 64-bit unsigned integer (the most significant "
     "bit MUST be 0) are the payload length."},
    {"6455/5.2/not-minimal 7692/7.2.2/stored-block-cut-short "
     "7692/7.2.2/dynamic-header-cut-short 7692/7.2.2/nothing-after-final-block "
     "7692/7.2.2/tail-not-left-out-and-more 7692/7.2.2/hello-cut",
     "6455/10.7",
     "If the invalid data was received after a successful WebSocket handshake, the endpoint SHOULD "
     "send a Close frame with an appropriate status code (Section 7.4) before proceeding to _Close "
     "the WebSocket Connection_."},
    {"6455/5.2/top-bit 6455/10.4/announced", "6455/5.2",
     "If 127, the following 8 bytes interpreted as a 64-bit unsigned integer (the most significant "
     "bit MUST be 0) are the payload length."},
    {"6455/5.2/rsv 7692/5/rsv1-refused-when-declined 7692/6.1/rsv", "6455/5.2",
     "If a nonzero value is received and none of the negotiated extensions defines the meaning of "
     "such a nonzero value, the receiving endpoint MUST _Fail the WebSocket Connection_."},
    {"6455/5.2/opcode 7692/6.1/rsv1-on-reserved-opcode", "6455/5.2",
     "If an unknown opcode is received, the receiving endpoint MUST _Fail the WebSocket "
     "Connection_."},
    {"6455/5.2/with-handshake", "6455/4.2.2",
     "At this point, the server may begin sending (and receiving) data."},
    {"6455/5.3", "6455/6.2",
     "A server MUST remove masking for data frames received from a client as described in Section "
     "5.3."},
    {"6455/5.3/masking-keys-differ 6455/5.3/sixty-masking-keys-differ", "6455/5.3",
     "When preparing a masked frame, the client MUST pick a fresh masking key from the set of "
     "allowed 32-bit values."},
    {"6455/5.3/second-connection-has-other-keys", "6455/5.3",
     "the masking key for a given frame MUST NOT make it simple for a server/proxy to predict the "
     "masking key for a subsequent frame"},
    {"6455/5.4", "6455/5.4",
     "Clients and servers MUST support receiving both fragmented and unfragmented messages."},
    {"6455/5.4/stray", "6455/5.4",
     "A fragmented message consists of a single frame with the FIN bit clear and an opcode other "
     "than 0, followed by zero or more frames with the FIN bit clear and the opcode set to 0, and "
     "terminated by a single frame with the FIN bit set and an opcode of 0."},
    {"6455/5.4/inside", "6455/5.4",
     "The fragments of one message MUST NOT be interleaved between the fragments of another "
     "message unless an extension has been negotiated that can interpret the interleaving."},
    {"6455/5.4/large", "6455/5.4",
     "A sender MAY create fragments of any size for non-control messages."},
    {"6455/5.5", "6455/5.5",
     "All control frames MUST have a payload length of 125 bytes or less and MUST NOT be "
     "fragmented."},
    {"6455/5.5.1 6455/7.4", "6455/5.5.1",
     "If an endpoint receives a Close frame and did not previously send a Close frame, the "
     "endpoint MUST send a Close frame in response."},
    {"6455/5.5.1/after-close/text 6455/5.5.1/after-close/binary "
     "6455/7.1.2/no-message-after-own-close",
     "6455/5.5.1",
     "The application MUST NOT send any more data frames after sending a Close frame."},
    {"6455/5.5.1/close-of-one-byte", "6455/5.5.1",
     "If there is a body, the first two bytes of the body MUST be a 2-byte unsigned integer (in "
     "network byte order) representing a status code with value /code/ defined in Section 7.4."},
    {"6455/5.5.1/reason-refused 6455/8.1", "6455/8.1",
     "When an endpoint is to interpret a byte stream as UTF-8 but finds that the byte stream is "
     "not, in fact, a valid UTF-8 stream, that endpoint MUST _Fail the WebSocket Connection_."},
    {"6455/5.5.2 6455/5.5.3/ping-after-pong", "6455/5.5.2",
     "Upon receipt of a Ping frame, an endpoint MUST send a Pong frame in response, unless it "
     "already received a Close frame."},
    {"6455/5.5.2/inside-message 6455/5.5.3/inside-message", "6455/5.4",
     "An endpoint MUST be capable of handling control frames in the middle of a fragmented "
     "message."},
    {"6455/5.5.3", "6455/5.5.3", "A Pong frame MAY be sent unsolicited."},
    {"6455/5.6", "6455/6.2",
     "Upon receiving a data frame (Section 5.6), the endpoint MUST note the /type/ of the data as "
     "defined by the opcode (frame-opcode) from Section 5.2."},
    {"6455/5.6/binary", "6455/5.6",
     "The \"Payload data\" is arbitrary binary data whose interpretation is solely up to the "
     "application layer."},
    {"6455/8.1/cut", "6455/5.6",
     "Note that a particular text frame might include a partial UTF-8 sequence; however, the whole "
     "message MUST contain valid UTF-8."},
    {"6455/10.4", "6455/10.4",
     "Implementations that have implementation- and/or platform-specific limitations regarding the "
     "frame size or total message size after reassembly from multiple frames MUST protect "
     "themselves against exceeding those limits."},
    /* The end of a connection. */
    {"6455/7.1.1", "6455/5.5.1",
     "The server MUST close the underlying TCP connection immediately; the client SHOULD wait for "
     "the server to close the connection but MAY close the connection at any time after sending "
     "and receiving a Close message"},
    {"6455/7.1.1/tcp-ends", "6455/7.2.1",
     "If at any point the underlying transport layer connection is unexpectedly lost, the client "
     "MUST _Fail the WebSocket Connection_."},
    {"6455/7.1.2", "6455/7.1.2",
     "To _Start the WebSocket Closing Handshake_ with a status code (Section 7.4) /code/ and an "
     "optional close reason (Section 7.1.6) /reason/, an endpoint MUST send a Close control frame"},
    {"6455/7.1.7", "6455/7.1.7",
     "An endpoint MUST NOT continue to attempt to process data (including a responding Close "
     "frame) from the remote endpoint after being instructed to _Fail the WebSocket Connection_."},
    {"6455/7.1.7/close-survives-bytes 6455/7.1.7/close-survives-frames", "6455/7.1.1",
     "An endpoint SHOULD use a method that cleanly closes the TCP connection, as well as the TLS "
     "session, if applicable, discarding any trailing bytes that may have been received."},
    {"6455/7.4/refused", "6455/7.4.1",
     "is a reserved value and MUST NOT be set as a status code in a Close control frame by an "
     "endpoint."},
    /* The offer of compression and its answer. */
    {"6455/9.1", "6455/9.1",
     "If a value is received by either the client or the server during negotiation that does not "
     "conform to the ABNF below, the recipient of such malformed data MUST immediately _Fail the "
     "WebSocket Connection_."},
    {"7692/5", "7692/5",
     "To accept the use of an offered PMCE, a server MUST include the extension name of the PMCE "
     "in the \"Sec-WebSocket-Extensions\" header field of its opening handshake of the WebSocket "
     "connection."},
    {"7692/5/declined-offer 7692/5/another-extension-with-like-name", "7692/5",
     "A server declining all offered PMCEs MUST NOT include any element with PMCE names."},
    {"7692/5/goes-on-when-declined", "7692/5",
     "If a server responds with no PMCE element in the \"Sec-WebSocket-Extensions\" header, both "
     "endpoints proceed without per-message compression once _the WebSocket Connection is "
     "established_."},
    {"7692/5/fitting-answer-taken 7692/5/answer-with-spaces-taken 7692/7", "7692/5",
     "both endpoints MUST use the algorithm described in Section 6"},
    {"7692/5/another-extension 7692/5/answered-twice", "7692/5",
     "If a server gives an invalid response, such as accepting a PMCE that the client did not "
     "offer, the client MUST _Fail the WebSocket Connection_."},
    {"7692/5.2", "7692/5.2", "The value may be quoted."},
    {"7692/7.1", "7692/7",
     "A server MUST decline an extension negotiation offer for this extension if any of the "
     "following conditions are met:"},
    {"7692/7.1/offers-are-legal", "6455/9.1",
     "The parameters supplied with any given extension MUST be defined for that extension."},
    {"7692/7.1/answered", "7692/7",
     "A client MUST _Fail the WebSocket Connection_ if the peer server accepted an extension "
     "negotiation offer for this extension with an extension negotiation response meeting any of "
     "the following conditions:"},
    {"7692/7.1/all-parameters 7692/7.1/parameters-in-any-order", "7692/5",
     "\"Agreed parameters\" must represent how the requests and hints in the client's extension "
     "negotiation offer have been handled"},
    {"7692/7.1.1.1", "7692/7.1.1.1", "This extension parameter has no value."},
    {"7692/7.1.1.1/server-no-context-takeover", "7692/7.1.1.1",
     "A server accepts an extension negotiation offer that includes the "
     "\"server_no_context_takeover\" extension parameter by including the "
     "\"server_no_context_takeover\" extension parameter in the corresponding extension "
     "negotiation response to send back to the client."},
    {"7692/7.1.1.1/no-reply-refers-back 7692/7.1.2.1/window-alone", "7692/7.2.1",
     "If the \"agreed parameters\" contain the \"server_no_context_takeover\" extension parameter, "
     "the server MUST start compressing each new message with an empty LZ77 sliding window."},
    {"7692/7.1.1.2", "7692/7.1.1.2", "This extension parameter has no value."},
    {"7692/7.1.1.2/client-no-context-takeover-is-a-hint", "7692/7.1.1.2",
     "the server may either ignore the parameter or use the parameter to avoid taking over the "
     "LZ77 sliding window unnecessarily"},
    {"7692/7.1.1.2/client-no-context-takeover-taken", "7692/7.1.1.2",
     "A client MUST support the \"client_no_context_takeover\" extension parameter in an extension "
     "negotiation response."},
    {"7692/7.1.1.2/client-no-context-takeover-kept", "7692/7.2.1",
     "If the \"agreed parameters\" contain the \"client_no_context_takeover\" extension parameter, "
     "the client MUST start compressing each new message with an empty LZ77 sliding window."},
    {"7692/7.1.1.2/agreed-or-not", "7692/7.2.2",
     "the server MUST decompress each new message using the LZ77 sliding window used to process "
     "the last compressed message if the \"agreed parameters\" don't contain the "
     "\"client_no_context_takeover\" extension parameter"},
    {"7692/7.1.2.1", "7692/7.1.2.1",
     "This parameter has a decimal integer value without leading zeroes between 8 to 15, "
     "inclusive, indicating the base-2 logarithm of the LZ77 sliding window size, and MUST conform "
     "to the ABNF below."},
    {"7692/7.1.2.1/answered 7692/7.1.2.1/server-max-window-bits-unanswered", "7692/7.1.2.1",
     "A server accepts an extension negotiation offer with this parameter by including the "
     "\"server_max_window_bits\" extension parameter in the extension negotiation response to send "
     "back to the client with the same or smaller value as the offer."},
    {"7692/7.1.2.1/window", "7692/7.2.1",
     "If the \"agreed parameters\" contain the \"server_max_window_bits\" extension parameter with "
     "a value of w, the server MUST NOT use an LZ77 sliding window longer than the w-th power of 2 "
     "bytes to compress messages to send."},
    {"7692/7.1.2.2", "7692/7.1.2.2",
     "This parameter has no value or a decimal integer value without leading zeroes between 8 to "
     "15 inclusive indicating the base-2 logarithm of the LZ77 sliding window size."},
    {"7692/7.1.2.2/answered", "7692/7.1.2.2",
     "The \"client_max_window_bits\" extension parameter in an extension negotiation response has "
     "a decimal integer value without leading zeroes between 8 to 15 inclusive indicating the "
     "base-2 logarithm of the LZ77 sliding window size and MUST conform to the ABNF below."},
    {"7692/7.1.2.2/client-max-window-bits-not-offered 7692/7.1.3", "7692/7.1.2.2",
     "If a received extension negotiation offer doesn't have the \"client_max_window_bits\" "
     "extension parameter, the corresponding extension negotiation response to the offer MUST NOT "
     "include the \"client_max_window_bits\" extension parameter."},
    {"7692/7.1.2.2/kept", "7692/7.2.1",
     "If the \"agreed parameters\" contain the \"client_max_window_bits\" extension parameter with "
     "a value of w, the client MUST NOT use an LZ77 sliding window longer than the w-th power of 2 "
     "bytes to compress messages to send."},
    {"7692/7.1.2.2/window", "7692/7.2.2",
     "the server MAY reduce the size of its LZ77 sliding window to decompress received messages "
     "down to the w-th power of 2 bytes"},
    {"7692/7.1.2.2/beyond 7692/7.2.2", "6455/10.7",
     "Incoming data MUST always be validated by both clients and servers."},
    /* Compressed messages. */
    {"7692/6.1 7692/7.2.1 7692/7.2.3 7692/7.2.2/no-distance-codes "
     "7692/7.2.2/reference-overlaps-itself 12 13",
     "7692/6.2",
     "An endpoint MUST use the following algorithm to receive a message in the form of a "
     "compressed message."},
    {"7692/6.1/rsv1-on", "7692/6.1",
     "An endpoint MUST NOT set the \"Per-Message Compressed\" bit of control frames and non-first "
     "fragments of a data message. An endpoint receiving such a frame MUST _Fail the WebSocket "
     "Connection_."},
    {"7692/6.1/inflates 7692/6.1/stored-block 7692/6.1/ends-within 7692/6.1/fragments-end "
     "7692/6.1/surrogate 7692/6.1/overlong 7692/6.1/bad-character",
     "7692/6.1",
     "At the receiver, the payload data portion after decompression is subject to the constraints "
     "for the original data type again."},
    {"7692/7.2.2/reference-of", "7692/7.2.2",
     "MUST use a 32,768-byte LZ77 sliding window to decompress received messages."},
    {"7692/7.2.3.2", "7692/7.2.2",
     "MUST decompress each new message using the LZ77 sliding window used to process the last "
     "compressed message."},
    {"7692/7.2.3.4", "7692/7.2.1",
     "An endpoint MAY use both DEFLATE blocks with the \"BFINAL\" bit set to 0 and DEFLATE blocks "
     "with the \"BFINAL\" bit set to 1."},
    {"7692/6.2", "7692/6.2",
     "An endpoint MUST use the following algorithm to receive a message in the form of an "
     "uncompressed message."},
};

const struct ground *ground_find(const char *name) {
    const struct ground *found = NULL;
    size_t longest = 0;
    for (size_t i = 0; i < sizeof grounds / sizeof grounds[0]; i++) {
        size_t length;
        for (const char *begin = grounds[i].cases; *begin != '\0';
             begin += length + strspn(begin + length, " ")) {
            length = strcspn(begin, " ");
            if (length > longest && strncmp(name, begin, length) == 0 &&
                strchr("/.-", name[length]) != NULL) {
                found = &grounds[i];
                longest = length;
            }
        }
    }
    return found;
}

bool ground_is_quoted(const struct ground *ground) {
    return strncmp(ground->section, "9110/", 5) != 0 && strncmp(ground->section, "9112/", 5) != 0;
}
