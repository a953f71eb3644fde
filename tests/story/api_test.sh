#!/bin/sh
# The daemon's API gives the numbers of the commands, now and as of then; its proof stands alone;
# wrong questions are told apart; nothing can be changed through it.
# shellcheck source=tests/story/lib.sh
. "$ENERLOG_SOURCE_DIR/tests/story/lib.sh"
cd "$folder" || exit 1

# get PATH: the body is in $out, the status in $status
get() {
    command="... GET $1"
    "$ENERLOG_BUILD_DIR/tests.story.get_main" "$port" "$1" >answer 2>"$err" || fault "no answer"
    status=$(head -n 1 answer)
    tail -n +2 answer >"$out"
}

# told STATUS TEXT PATH
told() {
    get "$3"
    same "$1" "$status" "status"
    says "$2"
}

# The items of an answer, one a line, without what a report does not print; as the report orders them.
items() {
    sed -e 's/.*"items":\[//' -e 's/\]}$//' -e 's/},{/}\n{/g' "$out" |
        sed -e 's/,"pending":"[^"]*"//' -e 's/,"correction":"[^"]*"//' -e '/^$/d' | sort
}

# equal QUERY OPTION...: usage by the API and by the command
equal() {
    query=$1
    shift
    get "/api/v1/usage?$query"
    same 200 "$status" "status"
    items >items.txt
    "$program" -D "$dir" report usage "$@" --json 2>/dev/null | sort >report.txt
    diff report.txt items.txt >difference || fault "the command (<) and the API (>):
$(head -n 10 difference)"
}

printf '5001 01 100\n5001 03 10\n5002 01 60\n5003 01 -\n' | xml_day 20130414 1 >a.xml
printf '5001 01 100\n5002 01 60\n5003 01 0.125\n' | xml_day 20130415 2 >b.xml
printf '5003 01 7\n' | xml_day 20130414 3 >late.xml
expect 0 init
expect 0 import --format xml80020 --create a.xml
expect 0 balance set bus --in @5001.A+ --out "@5002.A+ + @5003.A+" --from 2013-04-14
expect 0 freeze create --from 2013-04-14 --to 2013-04-15 --name half
expect 0 key show --public
cp "$out" pub
start_daemon || finish
expect 0 import --format xml80020 b.xml
expect 0 import --format xml80020 late.xml

equal "from=2013-04-14&to=2013-04-16" --from 2013-04-14 --to 2013-04-16
equal "from=2013-04-14&to=2013-04-16&step=day&lane=live" --from 2013-04-14 --to 2013-04-16 --step day --lane live
equal "from=2013-04-14&to=2013-04-16&as_of=20" --from 2013-04-14 --to 2013-04-16 --as-of 20
equal "from=2013-04-14&to=2013-04-16&point=5003" --from 2013-04-14 --to 2013-04-16 --point 5003
equal "from=2013-04-14&to=2013-04-16&by=formula" --from 2013-04-14 --to 2013-04-16 --by formula
equal "from=2013-04-14T01:00:00%2B04:00&to=2013-04-15" --from 2013-04-14T01:00:00+04:00 --to 2013-04-15

get "/api/v1/balances/bus?from=2013-04-15&to=2013-04-16"
says '"in":"5928"'
expect 0 report balance bus --from 2013-04-15 --to 2013-04-16 --json
says '"in":"5928"'
expect 0 freeze show half --json
digest=$(field digest)
told 200 "\"digest\":\"$digest\"" /api/v1/freezes/half
told 200 '"value":"100"' "/api/v1/series/5001/A%2B?from=2013-04-14&to=2013-04-15"
told 200 '"log_writable":true' /readyz
told 200 '"openapi"' /api/v1/openapi.json
told 200 enerlog_log_head_seq /metrics
told 200 enerlog_log_fsync_seconds_count /metrics

get /api/v1/log/proof/20
cp "$out" proof
"$program" proof verify proof --key pub >"$out" 2>"$err" || fault "the proof of the API does not hold"

told 400 '\"x\": a date YYYY-MM-DD is wanted' "/api/v1/usage?from=x&to=2013-04-15"
told 400 '\"from\" is missing' /api/v1/usage
told 400 "no parameter" "/api/v1/usage?from=2013-04-14&to=2013-04-15&nonsense=1"
told 400 "from must be before to" "/api/v1/usage?from=2013-04-15&to=2013-04-14"
told 400 "the log ends before event 99999" "/api/v1/points?as_of=99999"
told 404 'no channel' "/api/v1/series/5009/A%2B?from=2013-04-14&to=2013-04-15"
told 404 'no freeze' /api/v1/freezes/nosuch
told 404 'nothing here' /nosuch
told 400 'the path holds' /api/v1/../../etc/passwd
stop_daemon
expect 0 log verify
finish
