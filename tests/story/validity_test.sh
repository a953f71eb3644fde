#!/bin/sh
# How good values are: rules adopted, what they found and which of them could not run, grades and completeness by
# channel, point, object and day, by command and API, now and as of then.
# shellcheck source=tests/story/lib.sh
. "$ENERLOG_SOURCE_DIR/tests/story/lib.sh"
cd "$folder" || exit 1

xml_day 20130414 1 >a.xml <<TEXT
5001 01 100
5001 03 10
5002 01 60
TEXT
xml_day 20130415 2 >plain.xml <<TEXT
5001 01 100
5001 03 10
5002 01 -
TEXT
sed 's/>130</>900</' plain.xml >b.xml # a spike at 15:00
expect 0 init
expect 0 import --format xml80020 --create a.xml
expect 0 report validity --from 2013-04-14 --to 2013-04-16 --json
is_silent
expect 0 import --format xml80020 b.xml
before=$(($(log_size) - 1))
expect 0 rule set V-04 --from 2013-04-01 --reason "order 1"
expect 0 rule set V-09 --from 2013-04-01 --reason "order 1"
expect 0 rule set V-15 --target point:5001 --from 2013-04-01 --reason "order 1"

expect 0 report validity --from 2013-04-14 --to 2013-04-16 --found --json
prints <<TEXT
{"point":"5001","channel":"A+","rule":"V-09","severity":"WARNING","from":"2013-04-15T15:00:00+04:00","to":"2013-04-15T15:30:00+04:00","slots":1,"measured":"900","limit":"408.8","unit":"kWh","days":null,"text":"far above the other values of the day","flags":"SPIKE","evidence":null}
{"point":"5002","channel":"A+","rule":"V-04","severity":"ERROR","from":"2013-04-15T00:00:00+04:00","to":"2013-04-16T00:00:00+04:00","slots":48,"measured":null,"limit":null,"unit":null,"days":null,"text":"no value","flags":"GAP","evidence":null}
TEXT
expect 0 report validity --from 2013-04-14 --to 2013-04-16 --rule V-15 --json
prints <<TEXT
{"point":"5001","channel":"A+","rule":"V-15","severity":"SKIPPED","from":"2013-04-14T00:00:00+04:00","to":"2013-04-16T00:00:00+04:00","slots":null,"measured":null,"limit":null,"unit":null,"days":2,"text":"neither voltage and current nor a ceiling are known","flags":null,"evidence":null}
{"point":"5001","channel":"R+","rule":"V-15","severity":"SKIPPED","from":"2013-04-14T00:00:00+04:00","to":"2013-04-16T00:00:00+04:00","slots":null,"measured":null,"limit":null,"unit":null,"days":2,"text":"neither voltage and current nor a ceiling are known","flags":null,"evidence":null}
TEXT
expect 0 report validity --from 2013-04-14 --to 2013-04-16 --rule V-09 --found --lang ru
says 'намного выше остальных значений суток'
expect 2 report validity --from 2013-04-14 --to 2013-04-16 --rule V-99
complains 'V-01 to V-35'
expect 2 report validity --from 2013-04-16 --to 2013-04-14
expect 4 report completeness --from 2013-04-14 --to 2013-04-16 --point 5009
expect 0 report validity --from 2013-04-14 --to 2013-04-16 --found --as-of "$before" --json
is_silent

expect 0 report validity --from 2013-04-14 --to 2013-04-16 --by point --json
prints <<TEXT
{"point":"5001","expected":192,"held":192,"estimated":0,"missing":0,"held_percent":"100","complete_percent":"100","estimated_percent":"0","warnings":1,"errors":0,"blocking":0,"grade":"B"}
{"point":"5002","expected":96,"held":48,"estimated":0,"missing":48,"held_percent":"50","complete_percent":"50","estimated_percent":"0","warnings":0,"errors":1,"blocking":0,"grade":"C"}
TEXT
expect 0 report completeness --from 2013-04-14 --to 2013-04-16 --by object --json
says '{"object":"7700000100","expected":288,"held":240,"estimated":0,"missing":48,'
says '{"object":"7700000001","expected":288,'
expect 0 report completeness --from 2013-04-14 --to 2013-04-16 --by day --json
prints <<TEXT
{"day":"2013-04-14","expected":144,"held":144,"estimated":0,"missing":0,"held_percent":"100","complete_percent":"100","estimated_percent":"0","warnings":0,"errors":0,"blocking":0,"grade":"A"}
{"day":"2013-04-15","expected":144,"held":96,"estimated":0,"missing":48,"held_percent":"66.6666","complete_percent":"66.6666","estimated_percent":"0","warnings":1,"errors":1,"blocking":0,"grade":"C"}
TEXT
expect 0 report completeness --from 2013-04-15 --to 2013-04-16 --point 5002 -o csv
says '5002,A+,48,0,0,48,0,0,0,0,1,0,C'

# A day that nobody brought is a gap once the clock has passed it: 2013 is over.
expect 0 report validity --from 2013-04-16 --to 2013-04-17 --found --json
says '"rule":"V-04","severity":"ERROR","from":"2013-04-16T00:00:00+04:00","to":"2013-04-17T00:00:00+04:00","slots":48'

# The same by the API.
get() {
    "$ENERLOG_BUILD_DIR/tests.story.get_main" "$port" "$1" >"$out" 2>"$err" || fault "no answer to $1"
}
start_daemon || finish
get "/api/v1/findings?from=2013-04-14&to=2013-04-16&skipped=no"
says '"rule":"V-09","severity":"WARNING","from":"2013-04-15T15:00:00+04:00"'
says '"measured":"900","limit":"408.8","unit":"kWh"'
lacks 'SKIPPED'
get "/api/v1/findings?from=2013-04-14&to=2013-04-16&rule=V-99"
says 'V-01 to V-35'
get "/api/v1/completeness?from=2013-04-14&to=2013-04-16&point=5002"
says '"point":"5002","channel":"A+"'
says '"expected":96,"held":48,"estimated":0,"missing":48,"held_percent":"50"'
get "/api/v1/completeness?from=2013-04-14&to=2013-04-16&point=5002&step=day"
says '"day":"2013-04-15","point":"5002"'
stop_daemon
finish
