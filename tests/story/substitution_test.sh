#!/bin/sh
# Gaps of a real message filled by a chain put in force, with what the report, the derivation and the API say
# of it; the work list; late values that take the place of estimates.
# shellcheck source=tests/story/lib.sh
. "$ENERLOG_SOURCE_DIR/tests/story/lib.sh"
cd "$folder" || exit 1

usage() {
    expect 0 report usage --from 2013-04-14 --to 2013-04-15 --point "$1" --channel A+ --json
}

# 5001 lacks 04:00 to 05:30, 5002 its whole day.
printf '5001 01 10\n5002 01 -\n' | xml_day 20130414 1 >whole.xml
sed '/start="0400"\|start="0430"\|start="0500"/s|<value>[0-9]*</value>|<value></value>|' whole.xml >gap.xml
expect 0 init
expect 0 import --format xml80020 --create gap.xml
usage 5001
says '"missing":3'
expect 0 report substitution --from 2013-04-14 --to 2013-04-15 --json
is_silent

# A chain in force from the first of the month on: interpolation, else like days.
expect 0 rule set CHAIN --from 2013-04-01 --param chain=UBP --reason "order 12"
usage 5001
says '"missing":0'
says '"energy":"1608"'
expect 0 report substitution --from 2013-04-14 --to 2013-04-15 --point 5001 --json
says '"from":"2013-04-14T04:00:00+04:00","to":"2013-04-14T05:30:00+04:00","slots":3'
says '"method":"E-01","energy":"57","unit":"kWh","reason":"Z75"'
says '"kind":"NEIGHBOUR","from":"2013-04-13T23:30:00Z"'
expect 0 report substitution --from 2013-04-14 --to 2013-04-15 --point 5001 --lang ru
says 'линейная интерполяция'
expect 0 why 5001 A+ 2013-04-14T04:40:00+04:00
says '19 kWh'
says 'E-01'

# What nobody could fill is work for people, with why.
expect 0 report substitution --from 2013-04-14 --to 2013-04-15 --work --json
says '"point":"5002"'
lacks '"point":"5001"'
says '"filled":false'
says '"method":"E-01","refusal":"GAP_TOO_LONG"'
says '"method":"E-02","refusal":"NO_COMPARABLE_HISTORY"'

# The values come after all.
expect 0 import --format xml80020 whole.xml
usage 5001
says '"energy":"1608"'
expect 0 report substitution --from 2013-04-14 --to 2013-04-15 --point 5001 --json
is_silent
expect 2 report substitution --from 2013-04-15 --to 2013-04-14
complains '--from must be before --to'
expect 4 report substitution --from 2013-04-14 --to 2013-04-15 --point 9999

start_daemon
"$ENERLOG_BUILD_DIR/tests.story.get_main" "$port" "/api/v1/substitutions?from=2013-04-14&to=2013-04-15&work=true" \
    >"$out" 2>"$err" || fault "the API does not answer"
says '"is_filled":false'
says '"refusal":"GAP_TOO_LONG"'
stop_daemon
expect 0 projection rebuild --compare
finish
