#!/bin/sh
# Where a number comes from: the derivation of channels, formulas and balances in words and as JSON, by the
# command and by the API, now and as of then; every number computed again from those shown under it.
# shellcheck source=tests/story/lib.sh
. "$ENERLOG_SOURCE_DIR/tests/story/lib.sh"
cd "$folder" || exit 1

# why COUNT WORD...: the derivation as JSON; at least COUNT numbers are computed again, and all agree.
why() {
    least=$1
    shift
    expect 0 why "$@" --json
    command -v python3 >/dev/null || return 0
    count=$(python3 "$ENERLOG_SOURCE_DIR/tests/story/recompute.py" <"$out" 2>"$err") || fault "it does not add up"
    [ "${count:-0}" -ge "$least" ] || fault "only ${count:-0} numbers were computed again"
}

printf '5001 01 100\n5001 03 10\n5002 01 60\n5003 01 -\n' | xml_day 20130414 1 >a.xml
printf '5003 01 7\n' | xml_day 20130414 3 >late.xml
printf '5003 01 8\n' | xml_day 20130414 4 >later.xml
expect 0 init
expect 0 import --format xml80020 --create a.xml
expect 0 point set 5002 --resource electricity --from 2013-01-01
expect 0 formula set net "@5001.A+ - 2 * @5002.A+" --from 2013-04-14
expect 0 formula set twice "#net + sum~(@5003.A+, @5001.A+)" --from 2013-04-14
expect 0 balance set bus --in @5001.A+ --out "@5002.A+ + @5003.A+" --losses "@5001.A+ * 3/1000" --from 2013-04-14
expect 0 freeze create --from 2013-04-14 --to 2013-04-15 --name half
seq=$(($(log_size) - 1))
expect 0 import --format xml80020 late.xml
expect 0 import --format xml80020 later.xml

# A slot as it was read, to the item of the document.
expect 0 why 5001 A+ 2013-04-14T10:10:00+04:00
says '5001 A+ from 2013-04-14T10:00:00+04:00 to 2013-04-14T10:30:00+04:00: 120 kWh (MEASURED, NOT_VALIDATED, FROZEN)'
says '  held by freeze half, run 1'
says '  as read: 120 (MEASURED)'
says ': this one counts'
says 'of document a.xml'
expect 0 why 5001 A+ 2013-04-14T10:10 --json
says '"kind":"channel"'
says '"point":"5001","channel":"A+","from":"2013-04-14T10:00:00+04:00"'
says '"value":"120","unit":"kWh"'
says '"document":"a.xml"'
why 2 5001 A+ 2013-04-14T10:10

# What came since the freeze: the frozen value first, then what the log says.
expect 0 why 5003 A+ 2013-04-14T00:00
says ': no value (NOT_VALIDATED, FROZEN); live 8 kWh (MEASURED, NOT_VALIDATED)'
says 'the log says otherwise now (pending)'
says 'read 8, revision'
says 'of document later.xml'
expect 0 why 5003 A+ 2013-04-14T00:00 --lane live --json
says '"value":"8","unit":"kWh"'
says '"fiscal":"PROVISIONAL"'
why 2 5003 A+ 2013-04-14T00:00
expect 0 why 5003 A+ 2013-04-14T00:00 --as-of "$seq"
lacks 'live 8'
lacks 'later.xml'

# Formulas of formulas, and balances with losses.
expect 0 why --formula net 2013-04-14T06:00:00Z
says '@5001.A+ - 2 * @5002.A+ = -40 kWh (DERIVED of MEASURED, NOT_VALIDATED)'
says 'formula.set, recorded'
why 5 --formula net 2013-04-14T06:00:00Z
why 10 --formula twice 2013-04-14T06:00:00Z
why 10 --balance bus 2013-04-14T06:00:00Z
says '"in":"120","out":null,"losses":"0.36"'
says '"imbalance":null'
why 10 --balance bus 2013-04-14T06:00:00Z --lane live
says '"in":"120","out":"108","losses":"0.36"'
says '"imbalance":"11.64"'

# Nothing there, and wrong questions.
expect 0 why 5001 A+ 2014-01-01
says 'nothing was read for this slot'
expect 4 why 5009 A+ 2013-04-14
complains 'there is no point "5009"'
expect 4 why 5001 B 2013-04-14
complains 'has no channel "B"'
expect 4 why --formula net 2012-01-01
complains 'formula net has no value then'
expect 4 why --balance bus 2012-01-01
complains 'balance bus has no version in force that day'
expect 2 why 5001 A+
complains 'POINT, CHANNEL and TIME are wanted'
expect 2 why 5001 A+ never
complains 'time:'
expect 2 why --formula net --balance bus 2013-04-14
complains 'do not go together'

# The API says the same.
expect 0 why 5003 A+ 2013-04-14T00:00 --json
sed 's/.*"why"://' "$out" >command.json
start_daemon || finish
"$ENERLOG_BUILD_DIR/tests.story.get_main" "$port" "/api/v1/why?point=5003&channel=A%2B&time=2013-04-14T00:00" >answer || fault "no answer"
same 200 "$(head -n 1 answer)" "status"
tail -n +2 answer | sed 's/.*"why"://' >api.json
cmp -s command.json api.json || tr -d '\n' <api.json | cmp -s - "$folder/command.json" ||
    [ "$(tr -d '\n' <api.json)" = "$(tr -d '\n' <command.json)" ] || fault "command and API differ"
"$ENERLOG_BUILD_DIR/tests.story.get_main" "$port" "/api/v1/why?formula=net&time=2013-04-14T06:00:00Z" >answer || fault "no answer"
same 200 "$(head -n 1 answer)" "status"
"$ENERLOG_BUILD_DIR/tests.story.get_main" "$port" "/api/v1/why?point=5003&time=2013-04-14" >answer || fault "no answer"
same 400 "$(head -n 1 answer)" "status"
"$ENERLOG_BUILD_DIR/tests.story.get_main" "$port" "/api/v1/why?point=5009&channel=A%2B&time=2013-04-14" >answer || fault "no answer"
same 404 "$(head -n 1 answer)" "status"
stop_daemon

# What rules found and put in, by which parameters, set by whom and why; each estimate from its inputs.
printf '5007 01 100\n' | xml_day 20130414 1 | sed 's/<value>110</<value></; s/<value>111</<value></' >gaps.xml
expect 0 import --format xml80020 --create gaps.xml
expect 0 rule set V-04 --from 2013-01-01 --reason "gaps are findings" --json
expect 0 rule set CHAIN --target point:5007 --from 2013-01-01 --param methods=E-01,E-02 --reason "as agreed"
expect 0 why 5007 A+ 2013-04-14T05:10
says ': 110 kWh (EST_INTERP, '
says '  V-04 ERROR no value'
says 'rule V-04 {"enabled":true,"severity":"error"}, set for everywhere since 2013-01-01T'
says 'because "gaps are findings"'
says 'rule.set, recorded'
says '  E-01 straight line between the neighbours'
says 'rule E-01 {"enabled":true,"gap":7200}'
says ': 109 kWh (MEASURED'
says ': 112 kWh (MEASURED'
why 6 5007 A+ 2013-04-14T05:10
why 6 5007 A+ 2013-04-14T05:40
says '"rule":"CHAIN"'
expect 0 why 5007 A+ 2013-04-14T05:10 --lang ru
says '  V-04 ОШИБКА нет значения'
says ' нет значения (NONE)'
says 'правило CHAIN'
says 'документа gaps.xml'
expect 0 why --balance bus 2013-04-14T06:00:00Z --lang ru --lane live
says 'небаланс 11.64 = прием - отдача - потери'

# The demonstration has ratios, a replaced meter, registers that roll over, and a balance of 25 members.
"$program" demo --no-serve --dir "$folder/demo" >"$out" 2>"$err" </dev/null || fault "exit code $?"
dir=$folder/demo/data
why 3 F01 A+ 2026-01-10T10:00
expect 0 why F05 A+ 2026-02-12T14:20
says 'and the load by act (R-06)'
why 2 OWN A+ 2026-02-12T14:20
why 80 --balance PS-110 2026-02-12T14:20:00+03:00
finish
