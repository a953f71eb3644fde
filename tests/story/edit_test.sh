#!/bin/sh
# Acts by which people change values: asked for by one, decided by another, acting on usage, shown by the
# report, by the derivation and by the API, taken back by a later act.
# shellcheck source=tests/story/lib.sh
. "$ENERLOG_SOURCE_DIR/tests/story/lib.sh"
cd "$folder" || exit 1

usage() {
    expect 0 report usage --from 2013-04-14 --to 2013-04-15 --point "$1" --channel A+ --json
}

printf '5001 01 10\n5002 01 -\n' | xml_day 20130414 1 >a.xml
expect 0 init
expect 0 import --format xml80020 --create a.xml
usage 5001
says '"energy":"1608"'

# What is wrong with a request is said before anything is kept.
expect 1 edit request 5001 A+ --from 2013-04-14 --to 2013-04-15 --kind undercount --reason Z81 \
    --evidence "act 17" --actor ivanov
complains 'energy to add is wanted'
expect 1 edit request 5001 A+ --from 2013-04-14T00:10:00+04:00 --to 2013-04-15 --kind zero --reason Z76 \
    --evidence "act 17" --actor ivanov
complains 'edges of the channel'
expect 4 edit request 5001 A+ --from 2013-04-14 --to 2013-04-15 --kind zero --reason Z99 --evidence x --actor ivanov
complains 'Z99'
expect 1 edit request 5001 A+ --from 2013-04-14 --to 2013-04-15 --kind estimate --method E-12 --reason Z81 \
    --evidence x --actor ivanov
complains 'act of people'
expect 2 edit request 5001 A+ --from 2013-04-14 --to 2013-04-15 --kind zero --reason Z76 --actor ivanov
expect 4 edit request 5001 B+ --from 2013-04-14 --to 2013-04-15 --kind zero --reason Z76 --evidence x
complains 'no channel "B+"'

# E-14: 48 kWh over the day are 1 kWh in each half-hour, once a second person agrees.
expect 0 edit request 5001 A+ --from 2013-04-14 --to 2013-04-15 --kind undercount --amount 48 --reason Z81 \
    --evidence "act 17" --comment "current transformer" --actor ivanov --json
edit=$(field seq)
usage 5001
says '"energy":"1608"'
expect 5 edit approve "$edit" --actor ivanov
complains 'another person'
expect 0 edit approve "$edit" --comment agreed --actor petrov
expect 6 edit approve "$edit" --actor petrov
complains 'was decided'
usage 5001
says '"energy":"1656"'
expect 0 edit list --json
says '"kind":"UNDERCOUNT"'
says '"state":"APPROVED"'
says '"requester":"user:ivanov","decider":"user:petrov"'
says '"evidence":"act 17"'
expect 0 report substitution --from 2013-04-14 --to 2013-04-15 --json
says '"method":"E-14"'
says '"slots":48'
says "\"seq\":$edit"
expect 0 why 5001 A+ 2013-04-14T10:10:00+04:00
says '31 kWh'

# E-12 and E-07 on hours; one value for each slot.
expect 1 edit request 5002 A+ --from 2013-04-14T10:00:00+04:00 --to 2013-04-14T12:00:00+04:00 --kind values \
    --values "1.5 2.5 3.5" --reason Z75 --evidence "act 18" --actor ivanov
complains 'one value is wanted for each slot'
expect 0 edit request 5002 A+ --from 2013-04-14T10:00:00+04:00 --to 2013-04-14T12:00:00+04:00 --kind values \
    --values "1.5 2.5 3.5 4.5" --reason COMMS --evidence "act 18" --actor ivanov --json
values=$(field seq)
expect 0 edit request 5002 A+ --from 2013-04-14T12:00:00+04:00 --to 2013-04-14T13:00:00+04:00 --kind zero \
    --reason Z76 --evidence "act 19" --actor ivanov --json
zero=$(field seq)
expect 0 edit reject "$zero" --comment "the supply was on" --actor petrov
expect 0 edit approve "$values" --actor petrov
usage 5002
says '"energy":"12"'
says '"missing":44'
expect 0 edit list --state REJECTED --json
says '"kind":"ZERO"'
lacks '"kind":"VALUES"'

# Taken back: an act of its own, by two persons.
expect 0 edit retract "$edit" --reason ZA7 --evidence "act 20" --actor petrov --json
back=$(field seq)
expect 5 edit approve "$back" --actor petrov
expect 0 edit approve "$back" --actor sidorov
usage 5001
says '"energy":"1608"'
expect 0 edit list --state RETRACTED --json
says '"evidence":"act 17"'
expect 1 edit retract "$edit" --reason ZA7 --evidence "act 21" --actor petrov
complains 'only an approved edit can be retracted'
expect 4 edit approve 999999 --actor petrov
complains 'edit list'

# As of then the undercount stood.
expect 0 report usage --from 2013-04-14 --to 2013-04-15 --point 5001 --channel A+ --json --as-of "$back"
says '"energy":"1656"'

# The API says the same.
get=$ENERLOG_BUILD_DIR/tests.story.get_main
if [ -x "$get" ]; then
    start_daemon
    "$get" "$port" "/api/v1/edits?state=APPROVED" >"$out" 2>"$err" || fault "the API does not answer"
    says '"values":["1.5","2.5","3.5","4.5"]'
    "$get" "$port" "/api/v1/substitutions?from=2013-04-14&to=2013-04-15" >"$out" 2>"$err" || fault "the API does not answer"
    says '"method":"E-12"'
    says '"energy":"12"'
    stop_daemon
fi
expect 0 projection rebuild --compare
finish
