#!/bin/sh
# The checker of the tutorial: it passes a good text, and whenever text and code drift apart it
# fails and names the line. The text is that of tests/tutorial, a house in miniature, of which each
# test changes a copy. Its folder's name is as hard for a shell as a name can be.
# shellcheck disable=SC2016 # the backticks are those of Markdown
set -u
BUILD=${BUILD:-build}
# When it is run alone, after a plain make.
[ -x "$BUILD/tutorial" ] || ${MAKE:-make} -s BUILD="$BUILD" "$BUILD/wscheck" "$BUILD/tutorial" \
    "$BUILD/tutorial-bin/nc" || exit 1
BUILD=$(cd "$BUILD" && pwd)
sample=$(cd "$(dirname "$0")/../tutorial" && pwd)
checker=$BUILD/tutorial
work=$BUILD/tutorial-test
copy="$work/it's my \"copy\""
programs=$PATH # where the checker and its commands find programs
passed=0
failed=0
unset CI
rm -rf "$work"
mkdir -p "$work"

fresh() { # a new copy of the sample
    rm -rf "$copy"
    cp -R "$sample" "$copy"
    ln -s "$BUILD" "$copy/build"
}

# expect NAME STATUS LINE ARGUMENT... runs the checker in the copy and requires the status and the
# line.
expect() {
    name=$1
    wanted=$2
    line=$3
    shift 3
    (cd "$copy" && PATH=$programs BUILD=build "$checker" "$@") > "$work/output" 2>&1
    status=$?
    if [ $status -eq "$wanted" ] && grep -qxF -e "$line" "$work/output"; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "FAIL: $name: wanted status $wanted and '$line', got status $status and:"
        cat "$work/output"
    fi
}

# drift NAME KIND FILE SED LINE changes a file of the copy with sed. The checker must fail with the
# line, in which @ stands for the number of the first line that was changed.
drift() {
    fresh
    sed "$4" "$sample/$3" > "$copy/$3"
    number=$(cmp "$sample/$3" "$copy/$3" | sed 's/.* //')
    expect "$1" 1 "$(printf '%s\n' "$5" | sed "s/:@:/:${number:-unchanged}:/")" --only="$2"
}

# at TEXT: the number of the first line of the sample that holds it
at() {
    grep -nF -e "$1" "$sample/TUTORIAL.md" | sed 's/:.*//;q'
}

fresh
expect 'a text that tells the truth passes' 0 '49 passed, 0 failed'
expect 'a transcript that is not run is counted' 0 '1 transcripts are only shown, not run' \
    --only=console
expect 'a kind that is not there is a usage error' 2 \
    "tutorial: there is no kind 'color'; there are quotes hex rules figures console links" \
    --only=color
expect 'a text that is not there is a failure' 1 \
    'MISSING.md: cannot be read: No such file or directory' --only=quotes MISSING.md

# Quoted code.
drift 'quotes: a line of the text differs' quotes TUTORIAL.md 's/^    int len = s/    long len = s/' \
    'TUTORIAL.md:@: not in common/greeting.c: "    long len = snprintf(out, capacity, "%s\n", words);"'
drift 'quotes: a line of the code differs' quotes common/greeting.c 's/text, words/words, text/' \
    "TUTORIAL.md:$(at 'return strcmp'): not in common/greeting.c: \"    return strcmp(text, words) == 0;\""
drift 'quotes: the nearest line of the code is shown' quotes common/greeting.c 's/(size_t)len;/len;/' \
    '    nearest: common/greeting.c:14: "    return len;"'
drift 'quotes: indentation counts' quotes TUTORIAL.md 's/^    return (s/  return (s/' \
    'TUTORIAL.md:@: not in common/greeting.c: "  return (size_t)len;"'
drift 'quotes: lines may not be left out silently' quotes TUTORIAL.md '/^    \/\* \.\.\. \*\/$/d' \
    'TUTORIAL.md:@: not in common/greeting.c: "    return (size_t)len;"'
drift 'quotes: pieces come in the order of the file' quotes TUTORIAL.md \
    's/^    return strcmp.*/    int len = snprintf(out, capacity, "%s\\n", words);/' \
    '    it is at common/greeting.c:9, but should come after what is quoted above it'
drift 'quotes: C says where it comes from' quotes TUTORIAL.md 's/^```c sketch/```c/' \
    'TUTORIAL.md:@: say which file this C comes from, as in "c step01_tcp/tcp.c", or call it "c sketch"'

drift 'quotes: commands belong into a transcript' quotes TUTORIAL.md 's/^```c sketch/```sh/' \
    'TUTORIAL.md:@: commands are shown, and checked, in a fence "console"; or say which file this is from'

# Transcripts.
drift 'console: what a command prints differs' console TUTORIAL.md 's/^one$/One/' \
    'TUTORIAL.md:@: "printf '"'%s\n'"' one \" does not print: "One"'
drift 'console: a command prints more' console TUTORIAL.md '/^step01_tcp: unknown/d' \
    "TUTORIAL.md:$(at '$ build/step01_tcp --prot'): \"build/step01_tcp --prot 8000\" prints more than the text shows: \"step01_tcp: unknown option '--prot'; did you mean '--port'?\""
drift 'console: a program says something else' console TUTORIAL.md 's/^step01_tcp: unknown/&x/' \
    "    but:     \"step01_tcp: unknown option '--prot'; did you mean '--port'?\""
drift 'console: only what varies may differ' console TUTORIAL.md 's/^today is Sat/Today is Sat/' \
    'TUTORIAL.md:@: "date '"'+today is %a, %d %b %Y.'"'" does not print: "Today is Sat, 21 Nov 2026."'
drift 'console: what varies stands in the fence' console TUTORIAL.md 's/varies: Sat/varies: Sun/' \
    'TUTORIAL.md:@: "Sun, 21 Nov 2026" does not stand in the fence below it'
drift 'console: what a server prints differs' console TUTORIAL.md 's/^listening on .*)$/&!/' \
    'TUTORIAL.md:@: "make step01" does not print: "listening on http://127.0.0.1:8000/ (ws://127.0.0.1:8000/)!"'
drift 'console: what a server prints next differs' console TUTORIAL.md 's/read 3 bytes/read 4 bytes/' \
    'TUTORIAL.md:@: "make step01" does not print: "#1 read 4 bytes"'
drift 'console: a server prints more' console TUTORIAL.md '/^#1 ended/d' \
    "TUTORIAL.md:$(at '|8000|')"': "make step01" prints more than the text shows: "#1 ended by the peer; 23 bytes in all"'
drift 'console: a hex dump differs' console TUTORIAL.md 's/^\(#1   0010  38 30 30\) 30/\1 31/' \
    'TUTORIAL.md:@: "make step01" does not print: "#1   0010  38 30 30 31                                       |8000|"'
drift 'console: a port in a sentence is not any port' console TUTORIAL.md 's/port 8000: Conn/port 8001: Conn/' \
    'TUTORIAL.md:@: "nc 127.0.0.1 8000" does not print: "nc: 127.0.0.1 port 8001: Connection refused"'
drift 'console: a kind that is not there' console TUTORIAL.md 's/^```console shown/```console show/' \
    'TUTORIAL.md:@: "console show" is unknown; there are console, console client, console server, console server goes on and console shown'

# Transcripts that cannot be played to their end.
# play NAME LINE TEXT plays a text of its own, in which \n ends a line.
play() {
    fresh
    printf '%b' "$3" > "$copy/PLAY.md"
    expect "$1" 1 "$2" --only=console --patience 0.5 PLAY.md
}
play 'console: a command does not end' \
    'PLAY.md:2: "sleep 60" has not ended after 0.5 s; show ^C where it is to be ended' \
    '```console\n$ sleep 60\n```\n'
play 'console: a command ignores ^C' \
    "PLAY.md:4: \"trap '' INT; echo ready; sleep 60\" has not ended after 0.5 s in spite of ^C" \
    "\`\`\`console\n$ trap '' INT; echo ready; sleep 60\nready\n^C\n\`\`\`\n"
play 'console: a server ends by itself' 'PLAY.md:3: "echo hello; exit 7" has ended by itself with status 7' \
    '```console server\n$ echo hello; exit 7\nhello\n```\n'
play 'console: a server prints nothing more' '    but nothing more' \
    '```console server\n$ echo hello; sleep 60\nhello\nyou\n```\n'
play 'console: only a server can go on' \
    'PLAY.md:1: no server runs here; start it in a fence "console server"' \
    '```console server goes on\nhello\n```\n'

# A program that is not installed.
fresh
printf '```console\n$ true | curl http://127.0.0.1:8000/\n```\n' > "$copy/CURL.md"
programs=/nowhere
expect 'console: what needs a missing program is skipped loudly' 0 \
    'skipped: CURL.md:1: curl is not installed' --only=console CURL.md
CI=true
export CI
expect 'console: what is skipped fails where all must be there' 1 '0 passed, 1 failed' \
    --only=console CURL.md
unset CI
programs=$PATH

# Bytes.
drift 'hex: a byte of a masked payload differs' hex TUTORIAL.md 's/^7f 9f 4d/7f 9f 4c/' \
    '    the decoder says: = text, final, masked with 37 fa 21 3d, 5 bytes: "Hemlo"'
drift 'hex: a sentence differs' hex TUTORIAL.md 's/^= pong, final/= ping, final/' \
    'TUTORIAL.md:@: the text says:    = ping, final, not masked, 3 bytes: 01 02 03'
drift 'hex: a frame has no sentence' hex TUTORIAL.md '/^= refused/d' \
    '    the decoder says: = refused: a client must mask its frames (5.1)'
drift 'hex: a byte of a digest differs' hex TUTORIAL.md 's/^= base64: s3/= base64: s4/' \
    '    true is:       = base64: s3pPLMBiTxaQ9kYGzzhZRbK+xOo='
drift 'hex: a digest is of another text' hex TUTORIAL.md 's/^= sha1 of "d/= sha1 of "D/' \
    'TUTORIAL.md:@: these bytes are not that digest: "= sha1 of "DGhlIHNhbXBsZSBub25jZQ==258EAFA5-E914-47DA-95CA-C5AB0DC85B11""'
drift 'hex: a compressed bit differs' hex TUTORIAL.md 's/^= 10010001/= 10010011/' \
    'TUTORIAL.md:@: the text says: = 10010011  "a"'
drift 'hex: compressed bits are left out' hex TUTORIAL.md '/^= 000       the rest/d' \
    '    true is:       = "Ha", and there are more bits'
drift 'hex: something else comes out of the bits' hex TUTORIAL.md 's/^= "Ha"/= "He"/' \
    '    true is:       = "Ha"'

# Links.
drift 'links: a file is not there' links TUTORIAL.md 's/(common\/greeting.c)\. /(common\/greetings.c). /' \
    'TUTORIAL.md:@: the link to common/greetings.c leads nowhere: there is no common/greetings.c'
drift 'links: a heading is not there' links TUTORIAL.md 's/(#rules)/(#rulez)/' \
    'TUTORIAL.md:@: no heading in TUTORIAL.md is #rulez'
drift 'links: the nearest heading is shown' links TUTORIAL.md 's/(#rules)/(#rulez)/' \
    '    nearest: #rules'
drift 'links: a heading of another document changed' links TUTORIAL.md 's/^## Bytes & frames/## Bytes/' \
    'README.md:3: no heading in TUTORIAL.md is #bytes--frames'
drift 'links: a reference is not defined' links README.md 's/\[table\]\./[tables]./' \
    'README.md:@: no line defines [tables]: ...'

# The table of rules.
drift 'rules: a case is not there' rules TUTORIAL.md 's|`6455/5.1/unmasked/text`|`6455/5.1/unmasked/txt`|' \
    'TUTORIAL.md:@: wscheck has no case 6455/5.1/unmasked/txt; nearest: 6455/5.1/unmasked/text'
drift 'rules: a section has no cases' rules TUTORIAL.md 's|`6455/5.3` |`6455/5.33` |' \
    'TUTORIAL.md:@: wscheck has no case 6455/5.33; nearest: 6455/5.3/key-of-zeros'
drift 'rules: a place is not there' rules TUTORIAL.md 's/`greeting_write` |/`greeting_read` |/' \
    'TUTORIAL.md:@: common/greeting.c defines no function greeting_read'
drift 'rules: a function was renamed' rules common/greeting.c 's/greeting_write/greeting_put/' \
    "TUTORIAL.md:$(at '| 5.1 |'): common/greeting.c defines no function greeting_write"
drift 'rules: a test is not there' rules TUTORIAL.md 's/`Whether a text`/`Whether the text`/' \
    'TUTORIAL.md:@: "Whether the text" does not stand in common/greeting.h'
drift 'rules: the table is not there' rules TUTORIAL.md 's/<!-- rules -->/<!-- rule -->/' \
    'TUTORIAL.md: there is no table between <!-- rules --> and <!-- end of rules -->'

# Figures.
drift 'figures: a number is out of date' figures TUTORIAL.md 's/33/43/' \
    'TUTORIAL.md:@: the text says 43, but "cat common/greeting.[ch] | wc -l" says 32, which is not within 10%'
drift 'figures: the number stands in the text' figures TUTORIAL.md 's/have 33/have 34/' \
    "TUTORIAL.md:$(at 'figure:'): 33 does not stand in the text below"

# Snippets for a browser.
fresh
expect 'snippets: each has its program and what it prints' 0 \
    '{"file": "TUTORIAL.md", "line": '"$(at '```js goes')"', "program": "step01_tcp", "goes_on": true, "code": "console.log(await name)\u000a// prints: the console\u000a", "prints": ["the console"], "errors": []}' \
    --snippets TUTORIAL.md

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
