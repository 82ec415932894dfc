/* page: the HTML page at `/`, which embed.sh makes from page.html. Step 2. */
#ifndef STEP02_HTTP_PAGE_H
#define STEP02_HTTP_PAGE_H

#include <stddef.h>

extern const unsigned char page_html[];
extern const size_t page_html_size;

#endif
