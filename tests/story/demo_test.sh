#!/bin/sh
# The demonstration keeps its word: replay is equal, late readings are a pending difference, a
# tampered copy is caught at the event that was changed, and what it says to try next works.
# shellcheck source=tests/story/lib.sh
. "$ENERLOG_SOURCE_DIR/tests/story/lib.sh"
cd "$folder" || exit 1

demo() {
    command="demo --no-serve"
    "$program" demo --no-serve --dir "$folder/demo" >"$out" 2>"$err" </dev/null || fault "exit code $?"
}

demo
says "equal      yes"
says "equal     yes"
says "pending"
event=$(sed -n 's/^Caught: exit 3, at event \([0-9]*\)\.$/\1/p' "$out")
changed=$(sed -n 's/^One bit of event \([0-9]*\) .*/\1/p' "$out")
[ -n "$event" ] || fault "no event is named"
same "$changed" "$event" "the event that was caught"
cp "$out" told.txt

# Each line of advice is a command line; serve would not end.
sed -n '/What to try next/,$p' told.txt | grep -F -- " -D " | grep -v ' serve$' >advice.txt
[ -s advice.txt ] || fault "there is no advice"
while read -r line; do
    sh -c "$line" >"$out" 2>"$err" </dev/null
    code=$?
    command="${line#* }"
    [ "$code" = 0 ] || fault "exit code $code"
done <advice.txt

# The tampered copy is there to look at; the true one is sound.
dir=$folder/demo/tampered
expect 3 log verify --json
same "$event" "$(field bad_from)" "the event that verify names"
dir=$folder/demo/data
expect 0 log verify

# Again: it replaces its own folder, and never one that it did not make.
demo
says "Caught: exit 3"
mkdir mine
echo precious >mine/file
command="demo --dir of another's folder"
"$program" demo --no-serve --dir "$folder/mine" >"$out" 2>"$err" </dev/null
same 6 $? "exit code"
same precious "$(cat mine/file)" "what was in the folder"
finish
