#!/bin/sh
# What must hold before a period is frozen, told before and at the freeze; a freeze that waits for another
# person; numbers that stand still while facts go on coming.
# shellcheck source=tests/story/lib.sh
. "$ENERLOG_SOURCE_DIR/tests/story/lib.sh"
cd "$folder" || exit 1

usage() { expect 0 report usage --from 2013-04-14 --to 2013-04-15 --by channel --point 5002 --json "$@"; }

printf '5001 01 100\n5002 01 60\n5003 01 -\n' | xml_day 20130414 1 >a.xml
printf '5002 01 70\n' | xml_day 20130414 3 >late.xml
printf '5003 01 7\n' | xml_day 20130414 4 >filled.xml
expect 0 init
expect 0 import --format xml80020 --create a.xml
expect 0 balance set bus --in @5001.A+ --out "@5002.A+ + @5003.A+" --from 2013-04-14

# The same list before and at the freeze.
expect 0 policy set strict --strict
expect 0 policy list --json
says '"policy":"strict","complete":true,"in_order":true,"checks":"no-blocking substituted edits-decided balances clocks","approvals":0'
expect 1 freeze check --from 2013-04-14 --to 2013-04-15 --policy strict --json
says '"check":"complete"'
says '"verdict":"fail","count":48,"first":"5003 A+ 2013-04-14: 48"'
says '"check":"balances"'
says '"check":"no-blocking","wants":"no finding is BLOCKING","verdict":"pass","count":0'
complains 'would be refused'
expect 1 freeze create --from 2013-04-14 --to 2013-04-15 --policy strict
complains '48 slots are missing (5003 A+ 2013-04-14: 48); 1 balances are not assessed (bus:'
expect 0 policy set whole --complete
expect 1 freeze check --from 2013-04-14 --to 2013-04-15 --policy whole --json
says '"check":"balances","wants":"every balance is assessed","verdict":"not asked"'
expect 0 import --format xml80020 filled.xml
expect 0 freeze check --from 2013-04-14 --to 2013-04-15 --policy whole --json
says '"check":"period","wants":"no day is frozen already, periods in order (F-14)","verdict":"pass"'
expect 4 freeze check --from 2013-04-14 --to 2013-04-15 --policy none
expect 2 freeze check --from 2013-04-15 --to 2013-04-14

# Numbers stand still while they are held, and are let go.
expect 0 hold set --reason "audit of April"
usage
says '"energy":"4008"'
expect 0 import --format xml80020 late.xml
usage
says '"energy":"4008"'
usage --lane live
says '"energy":"4488"'
expect 0 hold list --json
says '"reason":"audit of April"'
says '"pending":'
expect 0 hold differences --json
says '"series":"5002 A+","unit":"kWh","frozen":"4008","live":"4488","difference":"480"'
expect 0 why 5002 A+ 2013-04-14T00:00 --json
says '"fiscal":"PROVISIONAL"'
says '"live":"70"'
expect 6 freeze create --from 2013-04-14 --to 2013-04-15
complains 'held (F-06): let it go first'
expect 6 hold set --reason again
expect 0 hold release
usage
says '"energy":"4488"'
expect 4 hold release
expect 4 hold differences
expect 0 hold list --json
lacks audit

# A freeze that waits: who asked cannot approve.
expect 0 policy set two --approvals 2
expect 0 freeze create --from 2013-04-14 --to 2013-04-15 --policy two --name april --json
says '"id":"april","from":"2013-04-14","to":"2013-04-15"'
says '"approvals":1,"wanted":2'
expect 4 freeze show april
expect 0 freeze requests --json
says '"id":"april"'
expect 5 freeze approve april
complains 'who asked for the freeze cannot approve it'
expect 4 freeze approve may
expect 0 freeze approve april --actor petrov --note "checked with the operator"
expect 0 freeze show april --json
says '"id":"april","run":1'
expect 0 freeze requests --json
lacks april
expect 0 freeze verify april
expect 4 freeze approve april --actor sidorov

# Findings that people must decide, edits that wait: told with their rows, and by `why` with the rule.
printf '5004 01 100\n' | xml_day 20130415 1 >b.xml
expect 0 import --format xml80020 --create b.xml
expect 0 rule set V-14 --target point:5004 --from 2013-01-01 --param severity=blocking --reason "ours never gives"
expect 0 edit request 5004 A+ --from 2013-04-15T00:00:00+04:00 --to 2013-04-15T00:30:00+04:00 --kind values --values 5 --reason Z81 --evidence "act 3"
expect 1 freeze check --from 2013-04-15 --to 2013-04-16 --json
says '"check":"edits-decided","wants":"no edit waits for its decision","verdict":"fail","count":1,"first":"5004 A+: edit '

# The API tells the same.
start_daemon || finish
"$ENERLOG_BUILD_DIR/tests.story.get_main" "$port" "/api/v1/freeze-check?from=2013-04-15&to=2013-04-16" >answer || fault "no answer"
same 200 "$(head -n 1 answer)" "status"
tail -n +2 answer >"$out"
says '"is_passed":false'
says '"first":["5004 A+: edit '
"$ENERLOG_BUILD_DIR/tests.story.get_main" "$port" "/api/v1/freeze-check?from=2013-04-15&to=2013-04-16&policy=none" >answer || fault "no answer"
same 404 "$(head -n 1 answer)" "status"
stop_daemon
finish
