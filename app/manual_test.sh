#!/bin/sh
# What is made from the command table is in step with it: docs/cli.md, manual pages that mandoc
# likes, a bash completion that bash can read.
set -eu
program=$ENERLOG_BUILD_DIR/enerlog
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

"$program" cli-docs >"$folder/cli.md"
if ! diff -u "$ENERLOG_SOURCE_DIR/docs/cli.md" "$folder/cli.md"; then
    echo "docs/cli.md is out of step: build/enerlog cli-docs > docs/cli.md" >&2
    exit 1
fi

"$program" man --quiet "$folder/man"
if command -v mandoc >/dev/null; then
    mandoc -T lint -W warning "$folder"/man/*.1
fi
"$program" completion bash >"$folder/enerlog.bash"
if command -v bash >/dev/null; then
    bash -n "$folder/enerlog.bash"
fi
"$program" completion zsh >"$folder/_enerlog"
"$program" completion fish >"$folder/enerlog.fish"
