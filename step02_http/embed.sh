#!/bin/sh
# Prints a file as a C array: sh embed.sh page.html > page.c
set -eu
echo '/* Made from page.html by embed.sh. */'
echo '#include "step02_http/page.h"'
echo 'const unsigned char page_html[] = {'
od -An -v -tu1 "$1" | sed 's/[0-9][0-9]*/&,/g'
echo '};'
echo 'const size_t page_html_size = sizeof page_html;'
