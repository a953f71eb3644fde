#!/bin/sh
# labels: text
# An installed tree has the program, its manual pages and the completions.
set -eu
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
failed=0
cmake --install "$ENERLOG_BUILD_DIR" --prefix "$tree" >"$tree/output.txt" || { cat "$tree/output.txt"; exit 1; }
for file in bin/enerlog share/man/man1/enerlog.1 share/doc/enerlog/LICENSE \
    share/bash-completion/completions/enerlog share/zsh/vendor-completions/_enerlog \
    share/fish/vendor_completions.d/enerlog.fish; do
    [ -s "$tree/$file" ] || { echo "$file was not installed"; failed=1; }
done
"$tree/bin/enerlog" version || failed=1
exit $failed
