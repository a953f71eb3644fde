#!/bin/sh
# labels: text
# Is this tree tidy, and does tidy see each kind of wrong? Every case below is a file of a small tree
# that holds one wrong, and the beginning of the line that must be reported for it.
set -eu
home=$(cd "$(dirname "$0")" && pwd)
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
failed=0

# expect <file> <line> <rule>: the file's text comes on standard input.
expect() {
    mkdir -p "$tree/$(dirname "$1")"
    cat >"$tree/$1"
    printf '%s:%s: %s:\n' "$1" "$2" "$3" >>"$tree/expected.txt"
}

# allow <file>: a file with nothing wrong.
allow() {
    mkdir -p "$tree/$(dirname "$1")"
    cat >"$tree/$1"
}

for folder in app core log projections processors processors/interval formats http tests; do
    echo '# What it is' | allow "$folder/README.md"
done

expect log/arrow.c 1 arrow <<'END'
#include "projections/table.h"
END
expect formats/never.c 1 arrow <<'END'
#include "projections/table.h"
END
expect log/path.c 1 path <<'END'
#include "frame.h"
END
expect log/door.c 1 door <<'END'
#include <lmdb.h>
END
expect log/doorless.c 2 door <<'END'
#include <sys/stat.h>
#include <glib.h>
END
expect core/real.c 2 float <<'END'
/* a float in a comment, and "double" in quotes, are no number */
double wrong;
const char *text = "double";
END
expect core/heap.c 3 heap <<'END'
void f(struct ops *ops, void *p)
{
    free(p);
    ops->free(p);
}
END
expect log/talk.c 3 talk <<'END'
void f(void)
{
    printf("hello\n");
}
END
expect log/stop.c 3 talk <<'END'
void f(void)
{
    exit(1);
}
END
expect http/name.c 3 talk <<'END'
void f(void)
{
    fprintf(stderr, "hello\n");
}
END
expect app/unsafe.c 3 unsafe <<'END'
void f(char *to, const char *from)
{
    strcpy(to, from);
}
END
expect processors/interval/clock.c 3 pure <<'END'
void f(void)
{
    time(NULL);
}
END
expect core/todo.c 2 todo <<END
/* TO${tree:+DO}(#12): has a number */
/* TO${tree:+DO}: has none */
END
expect core/wide.c 2 width <<'END'
/* один, два, три, четыре, пять, шесть, семь, восемь, девять, десять, одиннадцать, двенадцать */
/* один, два, три, четыре, пять, шесть, семь, восемь, девять, десять, одиннадцать, двенадцать, три */
END
expect core/guard.h 1 guard <<'END'
/* A header. */
#ifndef GUARD_H
#define GUARD_H
#endif
END
expect core/manual.h 1 manual <<'END'
#ifndef EN_CORE_MANUAL_H
#define EN_CORE_MANUAL_H
#endif
END
allow core/deep/inner.c </dev/null
allow drivers/one/one.c </dev/null
printf '%s\n' 'drivers/README.md:1: readme:' 'drivers/one/README.md:1: readme:' >>"$tree/expected.txt"
expect core/README.md 2 link <<'END'
[here](real.c) [a page](https://example.org/) [part](#part)
[gone](gone.md)
END

allow core/right.h <<'END'
/* Nothing is wrong here: malloc(1), stdout, abort(). */
#ifndef EN_CORE_RIGHT_H
#define EN_CORE_RIGHT_H
#include "core/slice.h"
#endif
END
allow log/right_test.c <<'END'
#include <lmdb.h>
#include "projections/table.h"
void *f(void) { return malloc(1); }
END

"$home/tidy" "$tree" >"$tree/found.txt" && failed=1
sed -n 's/^\([^ ]*:[0-9]*: [a-z]*:\).*/\1/p' "$tree/found.txt" | sort >"$tree/seen.txt"
if ! sort "$tree/expected.txt" | diff - "$tree/seen.txt" >"$tree/diff.txt"; then
    echo "tidy on wrong files: < must be reported, > must not"
    cat "$tree/diff.txt"
    failed=1
fi

"$home/tidy" "$home/../.." || failed=1
exit $failed
