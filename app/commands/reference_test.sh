#!/bin/sh
# docs/events.md, docs/tables.md, docs/device-events.md and docs/rules.md say what the code says.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

for page in events tables device-events rules; do
    "$ENERLOG_BUILD_DIR/enerlog" reference "$page" >"$folder/$page.md"
    if ! diff -u "$ENERLOG_SOURCE_DIR/docs/$page.md" "$folder/$page.md"; then
        echo "docs/$page.md is out of step: build/enerlog reference $page > docs/$page.md" >&2
        exit 1
    fi
done
