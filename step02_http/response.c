#include "step02_http/response.h"

#include <stdio.h>

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

/* RFC 9110, 5.6.7: "Sun, 06 Nov 1994 08:49:37 GMT". Written out by hand because strftime would use
 * the language of the user's locale. */
static void format_date(time_t now, char date[40]) {
    static const char days[] = "SunMonTueWedThuFriSat";
    static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    struct tm utc = {0};
    gmtime_r(&now, &utc);
    snprintf(date, 40, "%.3s, %02d %.3s %04d %02d:%02d:%02d GMT", days + 3 * (utc.tm_wday % 7),
             utc.tm_mday % 100, months + 3 * (utc.tm_mon % 12), (utc.tm_year + 1900) % 10000,
             utc.tm_hour % 100, utc.tm_min % 100, utc.tm_sec % 100);
}

size_t response_head(const struct response *response, char *out, size_t capacity) {
    char date[40];
    format_date(response->now, date);
    int length =
        snprintf(out, capacity, "HTTP/1.1 %d %s\r\nDate: %s\r\nServer: %s\r\n%s", response->status,
                 response_reason(response->status), date, response->program, response->headers);
    size_t used = length > 0 && (size_t)length < capacity ? (size_t)length : capacity;
    if (used < capacity && response->content_type != NULL) {
        length = snprintf(out + used, capacity - used,
                          "Connection: close\r\nContent-Type: %s\r\nContent-Length: %zu\r\n\r\n",
                          response->content_type, response->content_length);
    } else {
        length = snprintf(out + used, capacity - used, "\r\n");
    }
    return length > 0 && (size_t)length < capacity - used ? used + (size_t)length : 0;
}
