#!/bin/sh
# Writes one step as a folder of its own: sh tools/flat.sh FOLDER STEP ROOM/MODULE...
# All files are side by side there, includes name no folder, and a plain `make` builds the step.
set -eu
folder=$1
step=$2
shift 2

rm -rf "$folder"
mkdir -p "$folder"
# Copies files into the folder, without the folders in their includes.
flatten() {
    awk -v folder="$folder" '
        FNR == 1 { close(out); out = FILENAME; sub(/.*\//, "", out); out = folder "/" out }
        /^#include "[a-z0-9_]*\// { sub(/"[a-z0-9_]*\//, "\"") }
        { print > out }' "$@"
}

modules=main
files=$step/main.c
for module in "$@"; do
    for file in "$module.h" "$module.c"; do
        if [ -f "$file" ]; then
            files="$files $file"
        fi
    done
    modules="$modules ${module##*/}"
done
# Headers without a module of the same name, such as those that the files of one module share.
while :; do
    # The files are a list of words.
    # shellcheck disable=SC2086
    more=$(sed -n 's/^#include "\([a-z0-9_]*\/[a-z0-9_]*\.h\)"$/\1/p' $files | sort -u |
        while read -r header; do
            case " $files " in
                *" $header "*) ;;
                *) echo "$header" ;;
            esac
        done)
    [ -n "$more" ] || break
    files="$files $(echo "$more" | tr '\n' ' ')"
done
# shellcheck disable=SC2086
flatten $files
page=
if [ -f "$folder/page.h" ]; then
    cp step02_http/page.html "$folder"
    flatten step02_http/embed.sh
    sed -i.old 's|step02_http/||' "$folder/embed.sh"
    rm "$folder/embed.sh.old"
    page='
page.c: page.html embed.sh
	sh embed.sh page.html > page.c
'
fi

# A server needs a port, the client a URL.
settings='PORT ?= 8000'
# The variables are for make.
# shellcheck disable=SC2016
where='--port $(PORT)'
if [ "$step" = step06_client ]; then
    settings='URL ?= ws://127.0.0.1:8000/'
    # shellcheck disable=SC2016
    where="'\$(URL)'"
fi

cat > "$folder/Makefile" <<END
# Everything that $step needs, in one folder: a plain \`make\` builds it. \`make flat\`
# writes the folder anew, so copy it elsewhere before you change something in it.
CFLAGS ?= -O2 -g
$settings
MODULES = $modules

$step: \$(MODULES:=.o)
	\$(CC) -pthread \$(CFLAGS) \$(LDFLAGS) -o \$@ \$(MODULES:=.o)

\$(MODULES:=.o): \$(wildcard *.h)

.c.o:
	\$(CC) -std=c11 -D_DEFAULT_SOURCE -D_FILE_OFFSET_BITS=64 -D_TIME_BITS=64 \\
	    -pthread \$(CPPFLAGS) \$(CFLAGS) -c -o \$@ \$<
$page
run: $step
	./$step $where \$(ARGS)

clean:
	rm -f $step *.o
END
echo "$folder: $(find "$folder" -type f | wc -l | tr -d ' ') files, build it with make -C $folder"
