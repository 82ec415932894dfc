#include "fuzz/oracle_http.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

static const char hex[] = "0123456789abcdefABCDEF";
/* RFC 3986, 2.2 and 2.3, without the comma: http_request.c says why. */
static const char name_characters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                      "0123456789-._~!$&'()*+;=";

static bool consists_of(const char *string, const char *characters) {
    return strspn(string, characters) == strlen(string);
}

/* The digits without leading zeros: as strings they can be compared at any length. */
static const char *significant(const char *digits) {
    return digits + strspn(digits, "0");
}

static bool fits_in(const char *number, const char *most) {
    const char *digits = significant(number);
    if (number[0] == '\0' || !consists_of(number, "0123456789") || strlen(digits) > strlen(most)) {
        return false;
    }
    return strlen(digits) < strlen(most) || strcmp(digits, most) <= 0;
}

/* RFC 3986, 3.2.2: reg-name, not empty here. */
static bool is_name(const char *name) {
    bool good = name[0] != '\0';
    while (good && *name != '\0') {
        bool escape = name[0] == '%' && name[1] != '\0' && strchr(hex, name[1]) != NULL &&
                      name[2] != '\0' && strchr(hex, name[2]) != NULL;
        good = escape || strchr(name_characters, *name) != NULL;
        name += escape ? 3 : 1;
    }
    return good;
}

/* RFC 3986, 3.2.2: IPv6address, which the C library knows, or IPvFuture. */
static bool is_literal(const char *address) {
    struct in6_addr ignored;
    if (address[0] != 'v' && address[0] != 'V') {
        return strlen(address) < INET6_ADDRSTRLEN && inet_pton(AF_INET6, address, &ignored) == 1;
    }
    size_t digits = strspn(address + 1, hex);
    const char *rest = address + 1 + digits;
    if (digits == 0 || rest[0] != '.' || rest[1] == '\0') {
        return false;
    }
    for (rest++; *rest != '\0'; rest++) {
        if (*rest != ':' && strchr(name_characters, *rest) == NULL) {
            return false;
        }
    }
    return true;
}

static bool is_host(char *value) {
    char *port;
    bool good;
    if (value[0] == '\0') {
        return true;
    }
    if (value[0] == '[') {
        char *end = strchr(value, ']');
        if (end == NULL) {
            return false;
        }
        *end = '\0';
        good = is_literal(value + 1);
        port = end + 1;
        if (*port != '\0' && *port != ':') {
            return false;
        }
    } else {
        port = value + strcspn(value, ":");
        char kept = *port;
        *port = '\0';
        good = is_name(value);
        *port = kept;
    }
    bool port_good = port[0] == '\0' || port[1] == '\0' || fits_in(port + 1, "65535");
    return good && port_good;
}

static enum http_verdict judge_host(const struct oracle_request *request) {
    struct oracle_strings hosts = oracle_values(request, "host");
    enum http_verdict verdict = HTTP_COMPLETE;
    if (hosts.count == 0 && request->version > 10) {
        verdict = HTTP_MISSING_HOST;
    } else if (hosts.count > 1) {
        verdict = HTTP_REPEATED_HOST;
    } else if (hosts.count == 1 && !is_host(hosts.item[0])) {
        verdict = HTTP_BAD_HOST;
    }
    oracle_strings_free(&hosts);
    return verdict;
}

/* RFC 9112, 6.3, item 5: numbers, at least one for each header, all the same. Sets `*zero` when
 * that number is 0. */
static bool is_good_length(const struct oracle_request *request, bool *zero) {
    struct oracle_strings values = oracle_values(request, "content-length");
    struct oracle_strings numbers = oracle_elements(request, "content-length");
    bool good = true;
    for (size_t i = 0; i < values.count; i++) {
        good = good && strspn(values.item[i], ", \t") < strlen(values.item[i]);
    }
    for (size_t i = 0; i < numbers.count; i++) {
        good = good && fits_in(numbers.item[i], "18446744073709551615") &&
               strcmp(significant(numbers.item[i]), significant(numbers.item[0])) == 0;
    }
    *zero = numbers.count == 0 || significant(numbers.item[0])[0] == '\0';
    oracle_strings_free(&values);
    oracle_strings_free(&numbers);
    return good;
}

/* RFC 9112, 6.1 and 6.3, item 4: chunked is the last, and only the last. */
static enum http_verdict judge_codings(const struct oracle_request *request) {
    struct oracle_strings codings = oracle_elements(request, "transfer-encoding");
    size_t chunked = 0, last_chunked = 0;
    for (size_t i = 0; i < codings.count; i++) {
        if (oracle_same_nocase(codings.item[i], "chunked")) {
            chunked++;
            last_chunked = i + 1;
        }
    }
    enum http_verdict verdict = codings.count == 1 ? HTTP_COMPLETE : HTTP_UNKNOWN_CODING;
    if (chunked != 1 || last_chunked != codings.count || request->version == 10) {
        verdict = HTTP_NOT_CHUNKED;
    }
    oracle_strings_free(&codings);
    return verdict;
}

static bool has(const struct oracle_request *request, const char *name) {
    struct oracle_strings values = oracle_values(request, name);
    bool any = values.count > 0;
    oracle_strings_free(&values);
    return any;
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
