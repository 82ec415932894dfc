#include "step02_http/response.h"

#include "common/text.h"

#include <stdbool.h>

const char *response_reason(int status) {
    static const struct {
        int status;
        const char *reason;
    } reasons[] = {
        {101, "Switching Protocols"},
        {200, "OK"},
        {400, "Bad Request"},
        {403, "Forbidden"},
        {404, "Not Found"},
        {405, "Method Not Allowed"},
        {408, "Request Timeout"},
        {414, "URI Too Long"},
        {426, "Upgrade Required"},
        {431, "Request Header Fields Too Large"},
        {501, "Not Implemented"},
        {503, "Service Unavailable"},
        {505, "HTTP Version Not Supported"},
    };
    for (size_t i = 0; i < sizeof reasons / sizeof reasons[0]; i++) {
        if (reasons[i].status == status) {
            return reasons[i].reason;
        }
    }
    return "Unknown";
}

/* What is written so far. A piece that does not fit makes all of it void. */
struct head {
    char *out;
    size_t capacity, length;
    bool fits;
};

static void add(struct head *head, const char *string) {
    head->fits = head->fits && text_append(head->out, head->capacity, &head->length, string);
}

/* Adds a number in decimal with at least so many digits. */
static void add_number(struct head *head, size_t number, size_t digits) {
    char text[24];
    size_t at = sizeof text - 1;
    text[at] = '\0';
    for (; number > 0 || digits > 0; number /= 10) {
        text[--at] = (char)('0' + number % 10);
        digits -= digits > 0;
    }
    add(head, text + at);
}

/* RFC 9110, 5.6.7: "Sun, 06 Nov 1994 08:49:37 GMT". Written out by hand because strftime would use
 * the language of the user's locale. */
static void add_date(struct head *head, time_t now) {
    static const char days[][6] = {"Sun, ", "Mon, ", "Tue, ", "Wed, ", "Thu, ", "Fri, ", "Sat, "};
    static const char months[][6] = {" Jan ", " Feb ", " Mar ", " Apr ", " May ", " Jun ",
                                     " Jul ", " Aug ", " Sep ", " Oct ", " Nov ", " Dec "};
    struct tm utc = {0};
    gmtime_r(&now, &utc);
    add(head, days[utc.tm_wday]);
    add_number(head, (size_t)utc.tm_mday, 2);
    add(head, months[utc.tm_mon]);
    add_number(head, (size_t)utc.tm_year + 1900, 4);
    add(head, " ");
    add_number(head, (size_t)utc.tm_hour, 2);
    add(head, ":");
    add_number(head, (size_t)utc.tm_min, 2);
    add(head, ":");
    add_number(head, (size_t)utc.tm_sec, 2);
    add(head, " GMT");
}

size_t response_head(const struct response *response, char *out, size_t capacity) {
    struct head head = {out, capacity, 0, true};
    add(&head, "HTTP/1.1 ");
    add_number(&head, (size_t)response->status, 3);
    add(&head, " ");
    add(&head, response_reason(response->status));
    add(&head, "\r\nDate: ");
    add_date(&head, response->now);
    add(&head, "\r\nServer: ");
    add(&head, response->program);
    add(&head, "\r\n");
    add(&head, response->headers);
    if (response->content_type != NULL) {
        add(&head, "Connection: close\r\nContent-Type: ");
        add(&head, response->content_type);
        add(&head, "\r\nContent-Length: ");
        add_number(&head, response->content_length, 1);
        add(&head, "\r\n");
    }
    add(&head, "\r\n");
    return head.fits ? head.length : 0;
}
