#!/bin/sh
# Rules as people set them: listed, shown, set, adopted, refused with place and mend; what a setting
# would change is told before it is made, and nothing of that stays behind.
# shellcheck source=tests/story/lib.sh
. "$ENERLOG_SOURCE_DIR/tests/story/lib.sh"
cd "$folder" || exit 1

xml_day 20130414 1 >a.xml <<TEXT
5001 01 100
5002 01 60
TEXT

expect 0 init
expect 0 import --format xml80020 --create a.xml

# --- the list -----------------------------------------------------------------------------------

expect 0 rule list --json
says '"rule":"V-01"'
says '"rule":"E-15"'
says '"rule":"D442-B2"'
says '"rule":"B-02t"'
says '"parameters":{"enabled":true,"severity":"warning","ratio":"1.8","pulses":"10"}'
expect 0 rule list --stage balance
says 'B-02q'
lacks 'V-09'
expect 0 rule list --set --json
is_silent
expect 2 rule list --stage nothing
complains 'validity|substitution|period|tariff|balance|deviation'
expect 0 rule presets
says 'standard'
says 'ru442'

# --- one rule, before it is set -----------------------------------------------------------------

expect 0 rule show V-13 --json
same V-13 "$(field rule)" 'the rule shown'
says '"defaults":{"heat":"30d","water":"30d","steam":"30d","gas":"2d"}'
says '"settings":[]'
says '"ru":{"title":"нули подряд"'
expect 0 rule show V-13 --point 5001 --at 2013-04-14
says 'it does not act'
expect 4 rule show V-99
expect 4 rule show CHIAN
complains 'did you mean "CHAIN"?'
expect 4 rule show V-13 --point 5009 --at 2013-04-14
expect 2 rule show V-13 --at 2013-04-14
complains '--at and --channel go with --point'

# --- bad settings are refused, and the log stays as it is ---------------------------------------

before=$(log_size)
expect 1 rule set V-09 --from 2013-04-01 --param rato=2 --reason test
complains 'rule V-09: there is no parameter "rato"; did you mean "ratio"?'
expect 1 rule set V-09 --from 2013-04-01 --param ratio=much --reason test
complains '"much" is no number'
expect 1 rule set V-09 --from 2013-04-01 --param ratio=-1 --reason test
complains 'is out of range: give 0 to 1000000000'
expect 1 rule set V-07 --from 2013-04-01 --parameters '{"span":"year"}' --reason test
complains 'give one of reads|day|week|month'
expect 1 rule set V-07 --from 2013-04-01 --parameters '{"span":' --reason test
complains 'rule V-07: JSON, byte 9: a value is missing'
expect 1 rule set CHAIN --from 2013-04-01 --param methods=E-01,E-99 --reason test
complains '"E-99" is no method of a chain'
expect 2 rule set V-09 --from 2013-04-01 --param ratio --reason test
complains '--param is NAME=VALUE'
expect 2 rule set V-09 --param ratio=2 --reason test
complains '--from'
expect 2 rule set V-09 --from 2013-04-01 --param ratio=2
complains '--reason'
expect 2 rule set V-09 --from 2013-04-02 --to 2013-04-01 --reason test
complains '--to must be after --from'
expect 4 rule set V-09 --target point:5009 --from 2013-04-01 --reason test
complains 'there is no point "5009"'
expect 4 rule set V-09 --target channel:5001/B+ --from 2013-04-01 --reason test
complains 'there is no channel'
expect 1 rule set V-09 --target 5001 --from 2013-04-01 --reason test
complains 'give resource:NAME, object:KEY, point:KEY or channel:POINT/CODE'
expect 1 rule set V-09 --target resource:oil --from 2013-04-01 --reason test
expect 1 rule set V-09 --from 2013-04-01 --edition 2 --reason test
complains 'no edition 2'
expect 4 rule adopt standart --from 2013-04-01 --reason test
complains 'did you mean "standard"?'
same "$before" "$(log_size)" 'events in the log'

# --- what a first setting would change, line by line --------------------------------------------

expect 0 formula set both '@5001.A+ + @5002.A+' --from 2013-04-01
before=$(log_size)
expect 0 rule diff V-09 --param ratio=0.02 --param pulses=0 --from 2013-04-01 --to 2013-05-01 -o csv
same 0 "$(grep -c 5001 "$out")" 'differences of 5001'
expect 0 rule diff V-09 --param ratio=0.015 --param pulses=0 --from 2013-04-01 --to 2013-05-01 -o csv
prints <<TEXT
change,name,channel,day,before,after,unit,detail
appears,5002,A+,2013-04-14,,,,"V-09 WARNING far above the other values of the day: 107 kWh, allowed 106.575 kWh (2013-04-14T23:30:00+04:00)"
value,5002,A+,2013-04-14,4008,4008,kWh,1 slots
TEXT
expect 0 rule diff V-09 --param ratio=0.01 --param pulses=0 --param severity=error --from 2013-04-14 --to 2013-04-15 -o csv
says 'value,5001,A+,2013-04-14,5928,5781,kWh,"1 slots, missing 0 -> 1"'
says 'usage,5001,A+,,5928,5781,kWh,'
says 'formula,both,,,9936,9682,kWh,'
expect 0 rule diff V-09 --param ratio=0.01 --param pulses=0 --valid-from 2013-04-15 --from 2013-04-14 --to 2013-04-15 --json
says '"summary":{"findings_new":0,"findings_gone":0,"value_days":0'
same "$before" "$(log_size)" 'events in the log'

# --- set, shown, over-ruled by a nearer target --------------------------------------------------

expect 0 rule set V-09 --from 2013-04-01 --param ratio=2.1 --param severity=error --reason "first order" --json
prints <<TEXT
{"set":"V-09","from":"2013-04-01","to":null,"parameters":{"severity":"error","ratio":"2.1"}}
TEXT
expect 0 rule set V-09 --target point:5001 --from 2013-04-10 --to 2013-04-20 --parameters '{"ratio": 1.50}' --param pulses=4 --reason "arc furnace"
expect 0 rule set V-13 --target resource:electricity --from 2013-04-01 --param run=2h --reason "first order"
expect 0 rule set V-09 --target channel:5002/A+ --from 2013-04-01 --off --reason "not here"
expect 0 rule show V-09 --json
says '{"rule":"V-09","target":"everywhere","from":"2013-04-01","to":null,"edition":"1","parameters":{"severity":"error","ratio":"2.1"},"reason":"first order","author":"'
says '{"rule":"V-09","target":"point:5001","from":"2013-04-10","to":"2013-04-20","edition":"1","parameters":{"ratio":"1.5","pulses":"4"},"reason":"arc furnace"'
expect 0 rule show V-09 --point 5001 --at 2013-04-14 --json
says '"here":{"day":"2013-04-14","acts":true,"values":{"enabled":"true","severity":"warning","ratio":"1.5","pulses":"4"},"set_by":"V-09 point:5001","set_from":"2013-04-10"}'
expect 0 rule show V-09 --point 5001 --at 2013-04-20 --json
says '"set_by":"V-09","set_from":"2013-04-01"'
expect 0 rule show V-09 --point 5002 --channel A+ --at 2013-04-14 --json
says '"here":{"day":"2013-04-14","acts":false}'
expect 0 rule show V-13 --point 5001 --at 2013-04-14
says 'as V-13 resource:electricity says'
says '2h'
expect 0 rule list --set --json
same 2 "$(grep -c . "$out")" 'rules that are set'

# --- a preset, all at once ----------------------------------------------------------------------

expect 0 rule adopt ru442 --target point:5001 --from 2012-01-01 --reason "decree 442" --json
says '{"set":"CHAIN point:5001","from":"2012-01-01","to":null,"parameters":{"chain":"RU-442"}}'
says '{"set":"D442-C point:5001","from":"2012-07-01","to":"2013-01-01","parameters":{"factor":"0.8"}}'
expect 0 rule show D442-C --point 5001 --at 2012-08-01 --json
says '"factor":"0.8"},"set_by":"D442-C point:5001"'
expect 0 rule show D442-C --point 5001 --at 2013-02-01 --json
says '"factor":"1"}'
expect 0 rule show E-08 --point 5001 --at 2013-02-01
says 'as the chain says'
expect 0 rule adopt standard --from 2013-04-01 --reason "order 12"
says 'CHAIN resource:gas'

# --- what a setting would change ----------------------------------------------------------------

before=$(log_size)
generations=$(ls "$dir/gen")
expect 0 projection status --json
digest=$(field digest)
expect 0 rule diff V-09 --param ratio=0.01 --param pulses=0 --from 2013-04-01 --to 2013-05-01 --json
says '{"settings":[{"set":"V-09","from":"2013-04-01","to":null,"parameters":{"ratio":"0.01","pulses":"0"}}],"period":{"from":"2013-04-01","to":"2013-05-01"},"findings":['
says '"summary":{"findings_new":'
expect 0 rule diff ubp --target point:5002 --from 2013-04-01 --to 2013-05-01
says 'findings appear'
expect 0 rule set V-09 --from 2013-04-01 --param ratio=0.01 --reason test --dry-run --json
says '"findings_new":'
expect 0 rule adopt ubp --from 2013-04-01 --reason test --dry-run
says 'findings appear'
expect 1 rule diff V-09 --param ratio=-3 --from 2013-04-01 --to 2013-05-01
expect 4 rule diff V-99 --from 2013-04-01 --to 2013-05-01
expect 2 rule diff V-09 --from 2013-05-01 --to 2013-04-01
same "$before" "$(log_size)" 'events in the log'
same "$generations" "$(ls "$dir/gen")" 'generations that stand'
expect 0 projection status --json
same "$digest" "$(field digest)" 'digest of the tables'

# The tables follow from the log alone.
expect 0 projection rebuild --compare

# --- the same words to a daemon -----------------------------------------------------------------

start_daemon
expect 0 rule show V-09 --point 5001 --at 2013-04-14 --json
says '"set_by":"V-09 point:5001"'
expect 0 rule diff V-09 --off --from 2013-04-01 --to 2013-05-01
says 'findings appear'
expect 0 rule set V-14 --from 2013-04-01 --reason daemon
expect 1 rule set V-14 --from 2013-04-01 --param x=1 --reason daemon

# told STATUS TEXT PATH
told() {
    command="GET $3"
    "$ENERLOG_BUILD_DIR/tests.story.get_main" "$port" "$3" >answer 2>"$err" || fault "no answer"
    tail -n +2 answer >"$out"
    same "$1" "$(head -n 1 answer)" "status"
    says "$2"
}
told 200 '"rule":"B-02q"' '/api/v1/rules?stage=balance'
told 200 '"parameters":{"ratio":"1.5","pulses":"4"},"reason":"arc furnace"' '/api/v1/rules/V-09'
told 200 '"set_by":"V-09 point:5001"' '/api/v1/rules/V-09?point=5001&day=2013-04-14'
told 404 'there is no rule' '/api/v1/rules/V-99'
told 400 'point and day go together' '/api/v1/rules/V-09?point=5001'
told 200 '"preset":"ru442"' '/api/v1/rule-presets'
before=$(log_size)
told 200 '"summary":{"findings_new":' '/api/v1/rules/V-09/difference?from=2013-04-01&to=2013-05-01&parameters=%7B%22ratio%22:%220.5%22%7D'
told 400 'did you mean' '/api/v1/rules/V-09/difference?from=2013-04-01&to=2013-05-01&parameters=%7B%22rato%22:%220.5%22%7D'
told 200 '"set":"CHAIN point:5002"' '/api/v1/rules/ubp/difference?from=2013-04-01&to=2013-05-01&target=point:5002'
same "$before" "$(log_size)" 'events in the log'
stop_daemon

finish
