#include "tests/fuzz/oracle_http.h"

#include <arpa/inet.h>
#include <string.h>

static const char digits[] = "0123456789", hex[] = "0123456789abcdefABCDEF";
/* RFC 3986, 2.2 and 2.3, without the comma: http_request.c says why. */
#define NAME "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~!$&'()*+;="

static bool consists_of(const char *from, const char *until, const char *characters) {
    while (from < until && *from != '\0' && strchr(characters, *from) != NULL) {
        from++;
    }
    return from == until;
}

/* Returns the digits without leading zeros. Such texts can be compared whatever their length. */
static struct head_text significant(struct head_text number) {
    while (number.length > 0 && number.start[0] == '0') {
        number.start++;
        number.length--;
    }
    return number;
}

static bool fits_in(struct head_text number, const char *most) {
    struct head_text figures = significant(number);
    size_t size = strlen(most);
    return number.length > 0 && consists_of(number.start, number.start + number.length, digits) &&
           (figures.length < size ||
            (figures.length == size && memcmp(figures.start, most, size) <= 0));
}

/* RFC 3986, 3.2.2: reg-name, not empty here. */
static bool is_name(const char *name, const char *end) {
    bool good = name < end;
    while (good && name < end) {
        bool escape = name[0] == '%' && end - name > 2 && consists_of(name + 1, name + 3, hex);
        good = escape || consists_of(name, name + 1, NAME);
        name += escape ? 3 : 1;
    }
    return good;
}

/* RFC 3986, 3.2.2: IPv6address, which the C library knows, or IPvFuture. */
static bool is_literal(struct head_text address) {
    char text[INET6_ADDRSTRLEN] = "";
    struct in6_addr ignored;
    const char *dot = head_text_find(address, "."), *end = address.start + address.length;
    if (!head_text_begins(address, "v") && !head_text_begins(address, "V")) {
        if (address.length < sizeof text) {
            memcpy(text, address.start, address.length);
        }
        return inet_pton(AF_INET6, text, &ignored) == 1;
    }
    return dot != NULL && dot > address.start + 1 && consists_of(address.start + 1, dot, hex) &&
           dot + 1 < end && consists_of(dot + 1, end, ":" NAME);
}

static bool is_host(struct head_text value) {
    const char *end = value.start + value.length, *port = head_text_find(value, ":");
    bool good = value.length == 0;
    if (head_text_begins(value, "[")) {
        const char *close = head_text_find(value, "]");
        size_t length = close != NULL ? (size_t)(close - value.start) - 1 : 0;
        good = close != NULL && is_literal((struct head_text){value.start + 1, length});
        port = close != NULL && close + 1 < end ? close + 1 : NULL;
    } else if (!good) {
        good = is_name(value.start, port != NULL ? port : end);
    }
    return good && (port == NULL ||
                    (*port == ':' &&
                     (port + 1 == end ||
                      fits_in((struct head_text){port + 1, (size_t)(end - port) - 1}, "65535"))));
}

static enum http_verdict judge_host(const struct oracle_request *request) {
    struct head_text host;
    size_t count = oracle_count(request, "host", &host);
    return count == 0 && request->version > 10 ? HTTP_MISSING_HOST
           : count > 1                         ? HTTP_REPEATED_HOST
           : count == 1 && !is_host(host)      ? HTTP_BAD_HOST
                                               : HTTP_COMPLETE;
}

/* RFC 9112, 6.3, item 5: numbers, at least one for each header, all the same. Sets `*zero` when
 * that number is 0. */
static bool is_good_length(const struct oracle_request *request, bool *zero) {
    struct head_text value, number, first = {NULL, 0};
    bool good = true;
    for (size_t at = 0; head_header(&request->head, "content-length", &at, &value);) {
        bool empty = true;
        for (; head_next_element(&value, &number); empty = false) {
            first = first.start == NULL ? number : first;
            good = good && fits_in(number, "18446744073709551615") &&
                   head_text_same(significant(number), significant(first));
        }
        good = good && !empty;
    }
    *zero = significant(first).length == 0;
    return good;
}

/* RFC 9112, 6.1 and 6.3, item 4: the last coding is chunked, and no other is. */
static enum http_verdict judge_codings(const struct oracle_request *request) {
    struct head_text value, coding;
    size_t count = 0, chunked = 0, last_chunked = 0;
    for (size_t at = 0; head_header(&request->head, "transfer-encoding", &at, &value);) {
        while (head_next_element(&value, &coding)) {
            count++;
            if (head_text_is_nocase(coding, "chunked")) {
                chunked++;
                last_chunked = count;
            }
        }
    }
    if (chunked != 1 || last_chunked != count || request->version == 10) {
        return HTTP_NOT_CHUNKED;
    }
    return count == 1 ? HTTP_COMPLETE : HTTP_UNKNOWN_CODING;
}

static bool has(const struct oracle_request *request, const char *name) {
    struct head_text ignored;
    return oracle_count(request, name, &ignored) > 0;
}

enum http_verdict oracle_fields(const struct oracle_request *request) {
    bool zero;
    enum http_verdict verdict = judge_host(request);
    if (verdict != HTTP_COMPLETE) {
        return verdict;
    }
    if (has(request, "transfer-encoding")) {
        return has(request, "content-length") ? HTTP_TWO_BODY_LENGTHS : judge_codings(request);
    }
    return is_good_length(request, &zero) ? HTTP_COMPLETE : HTTP_BAD_CONTENT_LENGTH;
}

bool oracle_has_body(const struct oracle_request *request) {
    bool zero;
    is_good_length(request, &zero);
    return has(request, "transfer-encoding") || !zero;
}
