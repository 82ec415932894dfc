#include "step02_http/http_response.h"

#include "common/text.h"

const char *http_response_reason(int status) {
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

/* RFC 9110, 5.6.7: "Sun, 06 Nov 1994 08:49:37 GMT". strftime is not used, since it depends on the
 * locale. */
static void add_date(struct text_builder *head, time_t now) {
    static const char days[][6] = {"Sun, ", "Mon, ", "Tue, ", "Wed, ", "Thu, ", "Fri, ", "Sat, "};
    static const char months[][6] = {" Jan ", " Feb ", " Mar ", " Apr ", " May ", " Jun ",
                                     " Jul ", " Aug ", " Sep ", " Oct ", " Nov ", " Dec "};
    struct tm utc = {0};
    gmtime_r(&now, &utc);
    text_add(head, days[utc.tm_wday]);
    text_add_number(head, (size_t)utc.tm_mday, 2);
    text_add(head, months[utc.tm_mon]);
    text_add_number(head, (size_t)utc.tm_year + 1900, 4);
    text_add(head, " ");
    text_add_number(head, (size_t)utc.tm_hour, 2);
    text_add(head, ":");
    text_add_number(head, (size_t)utc.tm_min, 2);
    text_add(head, ":");
    text_add_number(head, (size_t)utc.tm_sec, 2);
    text_add(head, " GMT");
}

void http_response_begin(struct text_builder *head, int status, const char *program, time_t now) {
    text_add(head, "HTTP/1.1 ");
    text_add_number(head, (size_t)status, 3);
    text_add(head, " ");
    text_add(head, http_response_reason(status));
    text_add(head, "\r\nDate: ");
    add_date(head, now);
    text_add(head, "\r\nServer: ");
    text_add(head, program);
    text_add(head, "\r\n");
}

size_t http_response_head(const struct http_response *response, char *out, size_t capacity) {
    struct text_builder head;
    text_begin(&head, out, capacity);
    http_response_begin(&head, response->status, response->program, response->now);
    text_add(&head, response->headers);
    text_add(&head, "Connection: close\r\nContent-Type: ");
    text_add(&head, response->content_type);
    text_add(&head, "\r\nContent-Length: ");
    text_add_number(&head, response->content_length, 1);
    text_add(&head, "\r\n\r\n");
    return head.fits ? head.length : 0;
}
