#!/bin/sh
# What was answered once is answered again, for ever: after each step of a long story the reports are
# kept with the event they followed; at the end each is asked for as of that event, and is equal.
# shellcheck source=tests/story/lib.sh
. "$ENERLOG_SOURCE_DIR/tests/story/lib.sh"
cd "$folder" || exit 1

# reports [OPTION...]: all that can be asked, refusals too.
reports() {
    for words in "report usage --from 2013-04-13 --to 2013-04-18 --step day" \
        "report usage --from 2013-04-14 --to 2013-04-17 --lane live" \
        "report usage --from 2013-04-14 --to 2013-04-17 --by formula" \
        "report usage --from 2013-04-14T00:00:00+04:00 --to 2013-04-15T12:00:00+04:00" \
        "report balance bus --from 2013-04-14 --to 2013-04-17 --step day" \
        "point list" "channel list" "object list" "formula list" "balance list" "device list" \
        "freeze list" "freeze show half" "policy list"; do
        # shellcheck disable=SC2086 # words of a command
        "$program" -D "$dir" $words "$@" --json 2>/dev/null
        echo "$words: $?"
    done
}

steps=0
step() {
    expect 0 "$@"
    steps=$((steps + 1))
    echo $(($(log_size) - 1)) >"$steps.seq"
    reports >"$steps.kept"
}

# ask_again STRIDE WHERE: each so many steps. The story is told to the program alone; the daemon
# answers for the past just so.
ask_again() {
    kept=$1
    while [ "$kept" -le "$steps" ]; do
        reports --as-of "$(cat "$kept.seq")" >now.txt
        command="reports as of event $(cat "$kept.seq"), step $kept, $2"
        diff "$kept.kept" now.txt >difference || fault "then (<), as of then (>):
$(head -n 12 difference)"
        kept=$((kept + $1))
    done
}

printf '5001 01 100\n5001 03 10\n5002 01 60\n5003 01 -\n' | xml_day 20130414 1 >a.xml
printf '5001 01 100\n5001 03 10\n5002 01 60\n5003 01 0.125\n' | xml_day 20130415 2 >b.xml
printf '5003 01 5\n' | xml_day 20130414 3 >late.xml
printf '5003 01 6\n' | xml_day 20130414 4 >later.xml
printf '5001 01 90\n5004 01 1\n' | xml_day 20130416 5 >new.xml
expect 0 init
step import --format xml80020 --create a.xml
step import --format xml80020 --create b.xml
step formula set net "@5001.A+ - @5002.A+ - @5003.A+" --from 2013-04-14
step balance set bus --in @5001.A+ --out "@5002.A+ + @5003.A+" --from 2013-04-14
step channel error 5001 A+ --percent 0.5
step channel error 5002 A+ --percent 0.5
step channel error 5003 A+ --percent 1
step freeze create --from 2013-04-14 --to 2013-04-15 --name half
step import --format xml80020 late.xml
step formula set net "@5001.A+ - @5002.A+" --from 2013-04-15
step correction create half --authority "Act 17" --style restate
step import --format xml80020 later.xml
step import --format xml80020 --create new.xml
step point set 5001 --name "Feeder one"
step object set yard --type area
step point set 5002 --object yard --from 2013-04-15
step ratio set 5001 --current 200/5 --from 2013-04-16
step correction create half --authority "Act 18" --style delta --target 2013-04-16
step policy set strict --complete
ask_again 2 "alone"
expect 0 projection rebuild --compare
expect 0 projection rebuild
ask_again 5 "after the tables were made again"
start_daemon || finish
ask_again 3 "from the daemon"
stop_daemon
expect 0 freeze verify half
expect 0 log verify
finish
