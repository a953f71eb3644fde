#!/bin/sh
# What somebody can check who does not trust us: proofs far from the log, copies of the log, and
# damage of every kind, which is found and never becomes a number.
# shellcheck source=tests/story/lib.sh
. "$ENERLOG_SOURCE_DIR/tests/story/lib.sh"
cd "$folder" || exit 1

usage() { expect "$1" report usage --from 2013-04-14 --to 2013-04-16 --by channel --json; }

id=2013-04-14..2013-04-15
printf '5001 01 100\n5002 01 60\n' | xml_day 20130414 1 >a.xml
printf '5001 01 100\n5002 01 60\n' | xml_day 20130415 2 >b.xml
expect 0 init
expect 0 import --format xml80020 --create --json a.xml b.xml
expect 0 freeze create --from 2013-04-14 --to 2013-04-15 --json
usage 0
cp "$out" numbers
expect 0 log verify --json
says '"verdict":"ok"'
root=$(field root)

# --- proofs: a file and a key, no data directory -----------------------------------------------

check() {
    command="proof verify $*"
    "$program" proof verify "$@" >"$out" 2>"$err"
    code=$?
}

expect 0 key show --public
cp "$out" pub
for seq in 0 7 20; do
    expect 0 log prove "$seq"
    cp "$out" proof
    check proof --key pub
    same 0 "$code" "a true proof"
    # A letter changed in each line: none may pass.
    lines=$(wc -l <proof)
    line=1
    while [ "$line" -le "$lines" ]; do
        awk -v at="$line" 'NR == at && length($0) > 3 {
            place = length($0) - 2; letter = substr($0, place, 1)
            $0 = substr($0, 1, place - 1) (letter == "x" ? "y" : "x") substr($0, place + 1) } { print }' proof >changed
        if ! cmp -s proof changed; then
            check changed --key pub
            same 3 "$code" "a proof with line $line changed"
        fi
        line=$((line + 1))
    done
done
head -n 5 proof >changed
check changed --key pub
same 3 "$code" "a proof cut short"
check absent --key pub
same 4 "$code" "no proof"
dir=$folder/other
expect 0 init
expect 0 key show --public
cp "$out" other.pub
dir=$folder/data
check proof --key other.pub
same 3 "$code" "a proof under the key of another log"
expect 4 log prove 100000

# --- copies ------------------------------------------------------------------------------------

expect 0 log backup "$folder/copy" --with-key --json
same "$root" "$(field root)" "root of the backup"
expect 6 log backup "$folder/copy"
expect 0 log backup "$folder/locked" --json
dir=$folder/restored
expect 78 log restore "$folder/locked"
[ ! -e "$dir" ] || fault "a refused restore left something behind"
expect 4 log restore "$folder/nothing"
expect 0 log restore "$folder/copy" --json
same "$root" "$(field root)" "root of the restored log"
expect 6 log restore "$folder/copy"
expect 0 log verify
expect 0 freeze verify "$id"
usage 0
prints <numbers
dir=$folder/earlier
expect 0 log restore "$folder/copy" --to-seq 20 --json
says '"size":20'
expect 0 log verify
dir=$folder/data

# --- damage ------------------------------------------------------------------------------------

# Damage may lead a read out of the store's memory; that must end with words, not be reported by a
# sanitizer as a fault of its own.
ASAN_OPTIONS=${ASAN_OPTIONS:+$ASAN_OPTIONS:}handle_segv=0:handle_sigbus=0
export ASAN_OPTIONS

# A copy of the directory, without what remembers the machine's locks.
break_copy() {
    dir=$folder/broken
    rm -rf broken
    cp -R data broken
    rm -f broken/log/lock.mdb broken/gen/*/lock.mdb
}

# no_wrong_number WHAT: the report is what it was, or ends with the code of damage and says so.
no_wrong_number() {
    "$program" -D "$dir" report usage --from 2013-04-14 --to 2013-04-16 --by channel --json >"$out" 2>"$err"
    code=$?
    command="report usage, $1"
    case $code in
    0) cmp -s numbers "$out" || fault "other numbers" ;;
    3) [ -s "$err" ] || fault "no words" ;;
    139) complains "the stored data are damaged" ;;
    *) fault "exit code $code" ;;
    esac
}

# The log: verify finds what is not harmless, and nothing is calculated from damage.
bytes=$(wc -c <data/log/data.mdb)
found=0
offset=8200
while [ "$offset" -lt "$bytes" ]; do
    break_copy
    rm -rf broken/gen broken/current
    flip broken/log/data.mdb "$offset"
    "$program" -D "$dir" log verify >"$out" 2>"$err"
    code=$?
    command="log verify, byte $offset flipped"
    case $code in
    0) ;;
    3) found=$((found + 1)) ;;
    *) fault "exit code $code instead of 3, or 0 for a byte that nothing reads" ;;
    esac
    no_wrong_number "byte $offset of the log flipped"
    offset=$((offset + bytes / 60 + 61))
done
command="log verify"
[ "$found" -gt 0 ] || fault "none of the flipped bytes was found"

# A byte of each place where the storage has the code of an object: one of them is in its event, and
# the verdict names the event.
named=0
# shellcheck disable=SC2013 # the lines are numbers
for offset in $(grep -abo 7700000100 data/log/data.mdb | cut -d : -f 1); do
    break_copy
    rm -rf broken/gen broken/current
    flip broken/log/data.mdb "$offset"
    "$program" -D "$dir" log verify --json >"$out" 2>"$err"
    grep -q '"verdict":"damaged".*"bad_from":[0-9]' "$out" && named=$((named + 1))
    no_wrong_number "byte $offset of the log flipped"
done
command="log verify --json, an object's code changed"
[ "$named" -gt 0 ] || fault "no verdict names the event"

# Cut short: never an empty log instead of the one that was.
for size in 100 4096 8192 $((bytes / 2)); do
    break_copy
    truncate -s "$size" broken/log/data.mdb
    rm -rf broken/gen broken/current
    expect 3 log verify
    expect 3 report usage --from 2013-04-14 --to 2013-04-16
    [ -s "$err" ] || fault "no words"
done
for cut in "truncate -s 0" rm; do
    break_copy
    $cut broken/log/data.mdb
    expect 3 log verify
    expect 4 report usage --from 2013-04-14 --to 2013-04-16
    complains "no log in"
done
break_copy
echo junk >broken/log/checkpoint
expect 3 log verify

# The tables: they can be made again; until then a damaged one gives no number.
bytes=$(wc -c <data/gen/1/data.mdb)
differing=0
offset=8200
while [ "$offset" -lt "$bytes" ]; do
    break_copy
    flip broken/gen/1/data.mdb "$offset"
    no_wrong_number "byte $offset of the tables flipped"
    "$program" -D "$dir" projection rebuild --compare >"$out" 2>"$err"
    code=$?
    command="projection rebuild --compare, byte $offset of the tables flipped"
    case $code in
    0 | 3 | 139) ;;
    *) fault "exit code $code instead of 0 (a byte that nothing reads) or 3" ;;
    esac
    [ "$code" = 0 ] || differing=$((differing + 1))
    offset=$((offset + bytes / 60 + 61))
done
command="projection rebuild --compare"
[ "$differing" -gt 0 ] || fault "no flipped byte of the tables was found"
break_copy
rm -rf broken/gen broken/current
usage 0
prints <numbers
finish
