#!/bin/sh
# labels: text
# The words that README and continuous integration name are there, and a wrong word is refused.
set -eu
cd "$(dirname "$0")/.."
failed=0
complain() { echo "$*"; failed=1; }

help=$(./dev help)
for word in setup build demo test bench vectors fmt lint asan tsan fuzz doctor help; do
    case $help in
    *"$word"*) ;;
    *) complain "./dev help does not name $word" ;;
    esac
done
for word in demo test; do
    grep -q "^\./dev $word" README.md || complain "README.md does not give ./dev $word"
done
grep -q '^exec \./dev test$' .ci/run || complain ".ci/run does not run ./dev test"

! ./dev no-such-word >/dev/null 2>&1 || complain "an unknown word must fail"
! ./dev setup --no-such-option >/dev/null 2>&1 || complain "an unknown option must fail"
! ./dev fuzz --seconds soon >/dev/null 2>&1 || complain "fuzz --seconds wants a number"
./dev setup --dry-run >/dev/null || complain "setup --dry-run must not fail"

# Every package has its reason, and every fuzz target has seeds.
if sed -e '/^#/d' packaging/apt/*.txt | grep -v '^[a-z0-9.+-]* *# .'; then
    complain "packages above stand in packaging/apt without a reason"
fi
for noun in $(./dev fuzz --list); do
    [ -n "$(ls "tests/fuzz/corpus/$noun" 2>/dev/null)" ] ||
        complain "tests/fuzz/corpus/$noun/ has no seed"
done
exit $failed
