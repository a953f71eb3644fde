#!/bin/sh
# labels: text
# A plug-in folder and its line in the .def belong together: either alone stops the configuration.
set -eu
home=$(cd "$(dirname "$0")/.." && pwd)
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
failed=0

mkdir -p "$tree/processors/usage"
cat >"$tree/CMakeLists.txt" <<END
cmake_minimum_required(VERSION 3.18)
project(plugins LANGUAGES NONE)
include($home/cmake/folders.cmake)
en_plugins(processors PROCESSOR)
END

# configure <ok|error> <what this is>
configure() {
    seen=ok
    cmake -G Ninja -S "$tree" -B "$tree/build" >"$tree/output.txt" 2>&1 || seen=error
    if [ "$seen" != "$1" ]; then
        echo "$2: must be $1"
        cat "$tree/output.txt"
        failed=1
    fi
}

configure ok 'a folder with nothing in it'
echo 'const struct en_processor en_usage_processor = {0};' >"$tree/processors/usage/usage.c"
configure error 'a descriptor without a line'
echo 'PROCESSOR(usage) /* best value */' >"$tree/processors/processors.def"
configure ok 'a descriptor and its line'
echo 'PROCESSOR(balance)' >>"$tree/processors/processors.def"
configure error 'a line without a folder'
exit $failed
