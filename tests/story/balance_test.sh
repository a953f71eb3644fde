#!/bin/sh
# Balances of a substation: what loses energy, metering circuits, the standard schemes from the tree of
# objects, verdicts, losses by level, and a feeder on the bypass breaker; alone and through the API.
# shellcheck source=tests/story/lib.sh
. "$ENERLOG_SOURCE_DIR/tests/story/lib.sh"
cd "$folder" || exit 1

# Sums of the day: 48 x first + 1128. Bus B1: 15528 in, 15384 out; the coupler takes 4488 of it to B2.
xml_day 20260114 1 >day.xml <<TEXT
5001 01 300
5001 03 120
5002 01 100
5003 01 80
5004 01 70
5005 01 60
5006 01 125
5007 01 96
5008 01 303
5009 01 20
TEXT

object() { expect 0 object set "$@" --offset +03:00; }
balance() { expect 0 report balance "$1" --from 2026-01-14 --to 2026-01-15 --json; }

expect 0 init
expect 0 import --format xml80020 --create day.xml
object SUB --type substation
for point in 5001 5002 5003 5004 5005 5006 5007 5008 5009; do expect 0 point set $point --object SUB; done

# A tree that says too little: what, where, how to mend it.
expect 1 balance scheme SUB
complains "SUB: nothing comes in: put the points of its inputs or transformers into objects of type input"
expect 4 balance scheme NOWHERE
complains 'no object "NOWHERE"'
object B1 --type bus --parent SUB
expect 0 point set 5002 --object B1
expect 1 balance scheme SUB --dry-run
complains "point 5002 stands directly in bus B1, and which way its energy goes cannot be told"

object B2 --type bus --parent SUB
object T1 --type transformer --parent B1
object T1-HV --type hv --parent T1
object F1 --type feeder --parent B1
object F2 --type feeder --parent B1
object IN2 --type input --parent B2
object F3 --type feeder --parent B2
object C1 --type consumer --parent F1
object SV --type coupler --parent SUB
object OV --type bypass --parent SUB
while read -r point place; do expect 0 point set "$point" --object "$place"; done <<TEXT
5001 T1
5002 F1
5003 F2
5004 SV
5005 IN2
5006 F3
5007 C1
5008 T1-HV
5009 OV
TEXT

# What loses energy: 48 half-hours of a TM-16000 with dP0 19, dPk 85 kW.
expect 1 equipment set T1 --type transformer --from 2026-01-01 --object T1 --idle-loss 19
complains "the energy through it is wanted"
expect 2 equipment set T1 --type transformer --from 2026-01-01 --load-loss 85 --power 16000
complains "--load-loss wants --active beside it"
expect 1 equipment set T1 --type transformer --from 2026-01-01 --object T1 --load-loss 85 --power 16000 --active @5001.A+
complains "or the tangent that stands in for it (L-07)"
expect 4 equipment set T1 --type transformer --from 2026-01-01 --idle-loss 19 --active @nobody.A+ --tangent 0.4
complains 'there is no point "nobody"'
expect 0 equipment set T1 --type transformer --from 2026-01-01 --object T1 --idle-loss 19 --load-loss 85 \
    --power 16000 --active @5001.A+ --reactive @5001.R+ --act "passport 7"
expect 0 equipment set W1 --type line --from 2026-01-01 --object F1 --ohm-per-km 0.4218 --km 5 \
    --rated-voltage 10.5 --active @5002.A+ --tangent 0.4
expect 0 equipment show T1 --json
says '"losses":"as(assumed(19) * hours(), \"kWh\") + as(85 * sumsq(@5001.A+, @5001.R+) / sq(16000) / hours(), \"kWh\")"'
says '"act":"passport 7"'
expect 0 report usage --from 2026-01-14 --to 2026-01-15 --by formula --json
says '"formula":"T1.loss"'
expect 0 why --formula T1.loss 2026-01-14T10:00:00+03:00
says 'sumsq'

# The schemes: a plan first, then set, then nothing more to do.
expect 0 balance scheme SUB --dry-run --json
says '"balance":"B1 bus","rule":"B-04","object":"B1","state":"new","in":"@5001.A+","out":"@5002.A+ + @5003.A+ + @5004.A+"'
expect 0 balance list --json
lacks 'B1 bus'
expect 0 balance scheme SUB --json
says '"balance":"B2 bus","rule":"B-04","object":"B2","state":"new","in":"@5005.A+ + @5004.A+","out":"@5006.A+"'
says '"balance":"F1 feeder","rule":"B-09","object":"F1","state":"new","in":"@5002.A+","out":"@5007.A+","losses":"loss(\"W1\")"'
says '"balance":"T1 transformer","rule":"B-08","object":"T1","state":"new","in":"@5008.A+","out":"@5001.A+","losses":"loss(\"T1\")"'
says '"balance":"SUB substation","rule":"B-07","object":"SUB","state":"new","in":"@5005.A+ + @5008.A+","out":"@5002.A+ + @5003.A+ + @5006.A+","losses":"loss(\"T1\")"'
says '"balance":"SUB L0-L1","rule":"B-10","object":"SUB","state":"new"'
says '"balance":"SUB L1-L2","rule":"B-10","object":"SUB","state":"new","in":"@5002.A+","out":"@5007.A+","losses":"loss(\"W1\")"'
size=$(log_size)
expect 0 balance scheme SUB --json
lacks '"state":"new"'
says '"state":"unchanged"'
same "$size" "$(log_size)" "events of a scheme that is set already"
expect 0 balance scheme B1 --json
lacks 'B2 bus'

# Verdicts: within by assumed errors, beyond, and by classes at the mean current.
balance "B1 bus"
says '"in":"15528","out":"15384","losses":"0","imbalance":"144","actual":"0.9274","permissible":null,"permitted":null'
says '"verdict":"within","limit":"1.1'
says '"channels":4,"assumed":4,"doubtful":"0","trend":false,"reason":"0.9274 % against 1.1'
balance "B2 bus"
says '"verdict":"beyond"'
for point in 5001 5002 5003 5004; do
    expect 0 equipment set "M$point" --type metering --from 2026-01-01 --point $point --current-class 0.5S \
        --voltage-class 0.5 --meter-class 0.5S --wire-drop 0.25 --current 100 --rated-voltage 10
done
balance "B1 bus"
says '"assumed":0'
lacks '"permissible":null'
says '"verdict":"within"'
expect 0 channel error 5001 A+ --percent 0.1 --from 2026-01-01
expect 0 channel error 5002 A+ --percent 0.1 --from 2026-01-01
expect 0 channel error 5003 A+ --percent 0.1 --from 2026-01-01
expect 0 channel error 5004 A+ --percent 0.1 --from 2026-01-01
balance "B1 bus"
says '"permitted":false'
says '"verdict":"beyond"'

# Losses: calculated, and what is left of a level. F1: 5928 at the head, 5736 with the consumer.
expect 0 report losses --from 2026-01-14 --to 2026-01-15 --object F1 --json
says '{"kind":"equipment","name":"W1","type":"line","object":"F1","in":null,"out":null,"reported":null,"technical":"'
says '"flags":"NOCONFIG"'
says '"kind":"level","name":"F1 feeder","type":null,"object":"F1","in":"5928","out":"5736","reported":"192"'
lacks '"name":"T1"'
expect 0 report losses --from 2026-01-14 --to 2026-01-15
says 'F1 feeder'
expect 1 report losses --from 2026-01-15 --to 2026-01-15
complains "empty"

# The bypass serves F2 from 10:12: the slot's 40 kWh and all after it are the feeder's.
expect 0 report usage --from 2026-01-14 --to 2026-01-15 --point 5003 --json
says '"energy":"4968"'
expect 0 bypass on 5009 5003 --at 2026-01-14T10:12:00+03:00
expect 6 bypass on 5009 5002 --at 2026-01-14T11:00:00+03:00
complains "end the earlier use first"
expect 0 report usage --from 2026-01-14 --to 2026-01-15 --point 5003 --json
says '"energy":"6466"'
expect 0 report usage --from 2026-01-14 --to 2026-01-15 --point 5009 --json
says '"energy":"590"'
expect 0 bypass list --json
says '{"bypass":"5009","feeder":"5003","from":"2026-01-14T10:12:00+03:00","to":null,"inverted":false,"act":null}'
expect 0 bypass off 5009 --at 2026-01-14T10:30:00+03:00
expect 0 report usage --from 2026-01-14 --to 2026-01-15 --point 5003 --json
says '"energy":"5008"'
expect 4 bypass off 5009 --at 2026-01-14T12:00:00+03:00
expect 0 bypass off 5009 --at 2026-01-14T10:12:00+03:00
expect 0 report usage --from 2026-01-14 --to 2026-01-15 --point 5003 --json
says '"energy":"4968"'
expect 0 bypass list --json
is_silent
expect 0 log verify

# A derivation of a loss, every number computed again.
expect 0 why --formula T1.loss 2026-01-14T10:00:00+03:00 --json
if command -v python3 >/dev/null; then
    python3 "$ENERLOG_SOURCE_DIR/tests/story/recompute.py" <"$out" >count 2>"$err" || fault "it does not add up"
fi

# The API says the same.
get() {
    command="... GET $1"
    "$ENERLOG_BUILD_DIR/tests.story.get_main" "$port" "$1" >answer 2>"$err" || fault "no answer"
    tail -n +2 answer >"$out"
}
expect 0 bypass on 5009 5003 --at 2026-01-14T10:12:00+03:00 --act "order 12"
start_daemon || finish
get /api/v1/equipment
says '"equipment":"T1","from":"2026-01-01","type":"transformer","object":"T1"'
says '"losses":"as(assumed(19) * hours()'
get /api/v1/bypasses
says '"bypass":"5009","feeder":"5003","from":"2026-01-14T10:12:00+03:00","to":null,"inverted":false,"act":"order 12"'
get "/api/v1/losses?from=2026-01-14&to=2026-01-15&object=F1"
says '"equipment":"W1","type":"line","object":"F1","technical":"'
says '"assumed":true'
says '"balance":"F1 feeder","object":"F1","in":"5928","out":"5736","reported":"192"'
get /api/v1/schemes/SUB
says '"balance":"B1 bus","rule":"B-04","object":"B1","state":"unchanged"'
get "/api/v1/balances/B1%20bus?from=2026-01-14&to=2026-01-15"
says '"verdict":"'
stop_daemon
finish
