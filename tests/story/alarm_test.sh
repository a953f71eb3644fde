#!/bin/sh
# Alarms from definition to acknowledgement: what may not be defined, what devices report, who is told, who acted,
# the same through the daemon and its API, and as of then.
# shellcheck disable=SC2086 # $words is to be split wherever it stands
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

words="--response fitter --consequence theft --within 2h"

expect 0 init
expect 0 object set S1 --type substation --from 2026-01-01
expect 0 point set P1 --object S1 --resource electricity --from 2026-01-01
expect 0 device set M1 --serial 1 --type CE303
expect 0 device install P1 M1 --at 2026-01-01T00:00:00Z

# Events of devices, put together.
expect 4 event add M9 spodes:4:1 --at 2026-03-05T10:00:00Z
expect 0 event add M1 spodes:2:1 --at 2026-03-05T10:00:00Z
expect 0 event add M1 spodes:2:2 --at 2026-03-05T10:07:00Z
expect 0 event add M1 spodes:2:1 --at 2026-03-05T10:09:00Z
expect 0 event add M1 "E-17: seal" --at 2026-03-05T11:00:00Z
expect 0 event list --json
says '{"device":"M1","class":"power_off","part":"","severity":"warning","from":"2026-03-05T10:09:00Z","to":null,"state":"open"'
says '"from":"2026-03-05T10:00:00Z","to":"2026-03-05T10:07:00Z","state":"closed"'
says '"class":"unknown"'
expect 0 event list --open --ru --json
says 'нет питания'
lacks '"closed"'
expect 2 event list --class dance
expect 0 event list --category tamper --json
lacks M1
expect 4 event list --device M9
expect 2 event map "E-17: seal" --as dance:point
complains "--reason"
expect 4 event map "E-17: seal" --as dance:point --reason "letter 12"
complains 'no class "dance"'
expect 1 event map "E-17: seal" --as clock_set:start --reason "letter 12"
expect 0 event map "E-17: seal" --as tamper_cover:point --type CE303 --reason "letter 12"
expect 0 event list --category tamper --json
says '"class":"tamper_cover"'

# Definitions.
expect 1 alarm define magnet --when "device_event magnet" --notify mail:duty
complains "what the operator does"
expect 4 alarm define magnet --when "device_event dance" $words
expect 2 alarm define magnet --when "rows device" $words
expect 4 alarm define magnet --when "rows nothing seq > 1" $words
expect 2 alarm define magnet --when "device_event magnet" --delay-on soon $words
expect 2 alarm define magnet --when "device_event magnet" --repeat often $words
expect 0 alarm define magnet --when "device_event magnet" --priority high $words --notify "mail:duty;sms:duty" --repeat 3/1h
expect 0 alarm define power --when "device_event power_off" $words
expect 0 alarm define types --when "rows device type != CE301" --filter "serial=1" $words --priority low
expect 0 alarm define notes --when "clock_drift > 5" --priority journal
expect 0 alarm show magnet --json
says '"when":"device_event magnet"'
says '"repeat_max":3,"repeat_window_s":3600'
expect 4 alarm show dance

# What stands, most urgent first; nobody is told of what has no notice.
expect 0 alarm list --json
says '{"priority":"medium","state":"unack","alarm":"power","subject":"M1 power_off"'
says '{"priority":"low","state":"unack","alarm":"types","subject":"M1"'
expect 4 alarm ack power "M2 power_off"
expect 0 alarm ack power "M1 power_off" --text "crew is out"
expect 6 alarm ack power "M1 power_off"
complains "ack"
expect 1 alarm shelve types M1 --for 13h --reason "work order 7"
complains "12 hours"
expect 2 alarm shelve types M1 --for 2h
expect 0 alarm shelve types M1 --for 2h --reason "work order 7"
expect 0 alarm list --json
says '"state":"ack","alarm":"power"'
says '"text":"crew is out"'
says '"state":"shelved","alarm":"types"'
expect 0 alarm act types M1 --action out-of-service --text "permit 12"
expect 6 alarm act types M1 --action unshelve
expect 0 alarm act types M1 --action in-service
expect 0 alarm list --json
says '"state":"unack","alarm":"types"'
expect 0 alarm define types --when "rows device type != CE303" $words --priority low
expect 0 alarm list --json
says '"state":"rtn_unack","alarm":"types"'
expect 0 alarm define types --when "rows device type != CE303" $words --off
expect 0 alarm list --json
lacks '"types"'
expect 0 alarm history --json
says '"from":"norm","to":"unack","action":"raised","priority":"medium"'
says '"from":"unack","to":"ack","action":"ack"'
says '"text":"permit 12"'
expect 0 alarm history --alarm magnet --json
lacks '"power"'

# The daemon ticks: what was reported is seen, and is told once.
expect 0 event add M1 spodes:4:1 --at 2026-03-05T12:00:00Z
expect 0 alarm list --json
lacks '"magnet"'
start_daemon || finish
expect 0 alarm list --json
says '{"priority":"high","state":"unack","alarm":"magnet","subject":"M1 magnet"'
get "/api/v1/alarms"
same 200 "$status" "status"
says '"alarm":"magnet","subject":"M1 magnet","priority":"high","state":"unack"'
says '"object":"S1","point":"P1","device":"M1"'
get "/api/v1/alarms/definitions"
says '"alarm":"notes","priority":"journal"'
get "/api/v1/alarms/history?alarm=magnet"
says '"from":"norm","to":"unack","cause":"raised"'
get "/api/v1/alarms/history?after=1&limit=1"
says '"number":2'
lacks '"number":3'
get "/api/v1/alarms/quality?from=2020-01-01&to=2020-02-01"
says '"raised":0'
get "/api/v1/alarms/quality?from=2020-01-01&to=2022-02-01"
same 400 "$status" "status"
get "/api/v1/device-events?class=magnet"
says '"state":"open"'
says '"about_ru":"воздействие магнитным полем"'
get "/api/v1/device-events?class=dance"
same 400 "$status" "status"
get "/api/v1/device-events?device=M9"
same 404 "$status" "status"
get "/api/v1/tables/outbox"
says '\"channel\":\"sms\"'
says '\"channel\":\"mail\"'
expect 0 alarm ack magnet "M1 magnet"
stop_daemon
start_daemon || finish
get "/api/v1/tables/outbox"
rows=$(grep -o '"outbox":[0-9]*' "$out" | wc -l)
same 2 "$rows" "notices after a second start"
stop_daemon
expect 0 log verify

finish
