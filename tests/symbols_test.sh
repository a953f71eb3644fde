#!/bin/sh
# labels: text
# What the compiled engine shows: every name another file can see begins with en_, none of them is
# data that can change, and fiscal code holds no floating-point instruction (not even one that a
# macro or a conversion brought in unseen).
set -eu
LC_ALL=C
export LC_ALL
objects=${ENERLOG_BUILD_DIR:-build}/CMakeFiles/enerlog_engine.dir
if [ ! -d "$objects" ] || ! command -v objdump >/dev/null; then
    echo "no objects of the engine, or no objdump"
    exit 77
fi
cd "$objects"
found=$(mktemp)
trap 'rm -f "$found"' EXIT

{
    find . -name '*.o' -exec objdump -t {} + | awk '
        /file format/ { file = substr($1, 3); next }
        $2 != "g" { next }
        $NF !~ /^(en_|__odr_asan|__asan)/ { print file $NF " can be seen and does not begin with en_" }
        $4 ~ /^\.(data|bss)$/ && $NF ~ /^en_/ { print file $NF " can be seen and changed" }'

    # Scalar and packed arithmetic and conversions of SSE and AVX; moves and logic serve integers too.
    if [ "$(uname -m)" = x86_64 ]; then
        for folder in core log projections processors formats; do
            [ ! -d "$folder" ] || find "$folder" -name '*.o' -exec objdump -d --no-show-raw-insn {} +
        done | awk '
            /file format/ { file = $1; next }
            /^[0-9a-f]+ <.*>:$/ { function_name = $2; next }
            $2 ~ /^v?((add|sub|mul|div|sqrt|min|max)[sp][sd]|cvt.*[sp][sd].*|u?comis[sd])$/ {
                print file function_name " floating point: " $2
            }'
    fi
} >"$found"
cat "$found"
[ ! -s "$found" ]
