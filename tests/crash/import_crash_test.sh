#!/bin/sh
# labels: crash
# The program is killed at random moments of imports, of the daemon's work, of freezing and of
# rebuilding. Each time the log is sound, the same command finishes the work, nothing is there twice,
# and the numbers are those of a run that nobody disturbed. ENERLOG_CRASH_ROUNDS: how often (50).
# shellcheck source=tests/story/lib.sh
. "$ENERLOG_SOURCE_DIR/tests/story/lib.sh"
cd "$folder" || exit 1
rounds=${ENERLOG_CRASH_ROUNDS:-50}
seed=${ENERLOG_CRASH_SEED:-$(date +%s)}
echo "seed $seed"

for day in 14 15 16; do
    awk -v day="$day" 'BEGIN { for (i = 1; i <= 40; i++) print 5000 + i, "01", i * day; }' |
        xml_day "201304$day" "$day" >"$day.xml"
done
files="14.xml 15.xml 16.xml"

# Moments in milliseconds, one a line, up to what the work takes undisturbed.
moments() { awk -v seed="$seed" -v count="$rounds" -v most="$1" 'BEGIN { srand(seed); while (count-- > 0) printf "%.3f\n", rand() * most / 1000 }'; }

# import_all: sets $code
import_all() {
    command="import $files"
    # shellcheck disable=SC2086 # a list of names
    "$program" -D "$dir" import --format xml80020 --create --json $files >"$out" 2>"$err"
}

usage() { "$program" -D "$dir" report usage --from 2013-04-14 --to 2013-04-17 --step day --json >"$1" 2>"$err"; }

readings() { "$program" -D "$dir" log show --kind reading.profile --json 2>/dev/null | wc -l; }

expect 0 init
cp -R data empty
started=$(date +%s%N)
import_all || fault "exit code $?"
took=$((($(date +%s%N) - started) / 1000000 + 10))
same 120 "$(readings)" "days read"
usage numbers || fault "exit code $?"
expect 0 freeze create --from 2013-04-14 --to 2013-04-16 --name half --json
digest=$(field digest)
moments "$took" >moments.txt
echo "an import takes $took ms"

# disturb WORD...: starts the program, kills it at this round's moment.
disturb() {
    "$program" -D "$dir" "$@" >/dev/null 2>&1 &
    victim=$!
    sleep "$moment"
    kill -KILL "$victim" 2>/dev/null
    wait "$victim" 2>/dev/null
}

# The daemon dies, its client says so.
disturb_daemon() {
    start_daemon || return
    # shellcheck disable=SC2086 # a list of names
    "$program" -D "$dir" import --format xml80020 --create --json $files >"$folder/client.out" 2>"$folder/client.err" &
    client=$!
    sleep "$moment"
    kill -KILL "$daemon"
    wait "$daemon" 2>/dev/null
    daemon=
    wait "$client"
    code=$?
    command="import, its daemon killed"
    [ "$code" = 0 ] || [ -s "$folder/client.err" ] || fault "the client said nothing"
}

# As if nothing had happened.
finish_the_work() {
    expect 0 log verify
    import_all || fault "exit code $? after a kill"
    says '"rejected":0'
    same 120 "$(readings)" "days read"
    usage got || fault "exit code $?"
    cmp -s numbers got || fault "the numbers differ: $(diff numbers got | head -n 6)"
}

freeze_again() {
    "$program" -D "$dir" freeze create --from 2013-04-14 --to 2013-04-16 --name half --json >"$out" 2>"$err"
    code=$?
    command="freeze create, after a kill at $moment s"
    [ "$code" = 0 ] || [ "$code" = 6 ] || fault "exit code $code instead of 0, or 6 when it was made"
    expect 0 freeze show half --json
    same "$digest" "$(field digest)" "digest of the freeze"
    expect 0 freeze verify half
}

round=0
while read -r moment; do
    round=$((round + 1))
    [ "$failed" = 0 ] || break
    dir=$folder/round
    rm -rf round
    cp -R empty round
    case $((round % 5)) in
    0)
        disturb_daemon
        finish_the_work
        ;;
    1)
        import_all || fault "exit code $?"
        moment=$(awk -v moment="$moment" 'BEGIN { print moment / 3 }') # it is quicker
        disturb freeze create --from 2013-04-14 --to 2013-04-16 --name half
        freeze_again
        finish_the_work
        ;;
    2)
        import_all || fault "exit code $?"
        disturb projection rebuild
        finish_the_work
        expect 0 projection rebuild --compare
        ;;
    *)
        # shellcheck disable=SC2086 # a list of names
        disturb import --format xml80020 --create $files
        finish_the_work
        ;;
    esac
done <moments.txt
[ "$failed" = 0 ] || echo "round $round, killed after $moment s"
finish
