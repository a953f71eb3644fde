#!/bin/sh
# labels: real
# A real heat meter's four registers: heat computed from volume and mean temperatures by the formulation for
# water, beside the heat that the meter counted itself; and why an hour has its value.
# shellcheck source=tests/story/lib.sh
. "$ENERLOG_SOURCE_DIR/tests/story/lib.sh"
real=${ENERLOG_REAL_DATA:-}
heat=$real/intervals/danish_smart_heat_meters_sample.csv
[ -f "$heat" ] || { echo "SKIP: no real input in ENERLOG_REAL_DATA=$real"; exit 77; }
cd "$folder" || exit 1
meter=DK-HEAT-660

expect 0 init
expect 0 import --format csv --mapping "$ENERLOG_SOURCE_DIR/formats/csv/mappings/danish_heat_all.ini" --create --json "$heat"
says '"rejected":0,'
# what flowed times its temperature, over what flowed. X-02: the volume is metered in the supply.
expect 0 formula set supply "@$meter.inlet / @$meter.\"6-0:2.8.0\"" --from 2018-01-01
expect 0 formula set back "@$meter.outlet / @$meter.\"6-0:2.8.0\"" --from 2018-01-01
expect 0 formula set computed "as(heat(water_mass(@$meter.\"6-0:2.8.0\", #supply, 600), #supply, 600, #back, 600) * 10000 / 36, \"kWh\")" --from 2018-01-01
expect 1 formula set wrong "heat(@$meter.\"6-0:2.8.0\", #supply, 600, #back, 600)" --from 2018-01-01
complains 'argument 1 of heat is t, not m3'

# Three winters' months: within a hundredth of what the meter counted.
for month in 2018-02 2019-01 2020-12; do
    next=$(echo "$month" | awk -F - '{ printf "%04d-%02d", $2 == 12 ? $1 + 1 : $1, $2 == 12 ? 1 : $2 + 1 }')
    expect 0 report usage --from "$month-01" --to "$next-01" --point "$meter" --channel 6-0:1.8.0 --json
    metered=$(field energy)
    expect 0 report usage --from "$month-01" --to "$next-01" --by formula --json
    computed=$(sed -n 's/.*"formula":"computed".*"energy":"\([^"]*\)".*/\1/p' "$out")
    awk -v a="$metered" -v b="$computed" 'BEGIN { d = a - b; if (d < 0) d = -d; exit !(a > 100 && d < a / 100) }' ||
        fault "$month: the meter counted $metered kWh, computed are $computed kWh"
done

# Down to the item of the file.
expect 0 why --formula computed 2018-02-02T10:00:00Z
says 'water_mass('
says '6-0:2.8.0 from 2018-02-02T10:00:00Z to 2018-02-02T11:00:00Z'
says 'register at 2018-02-02T10:00:00Z: '
says 'of document danish_smart_heat_meters_sample.csv'
expect 0 freeze create --name winter --from 2018-02-01 --to 2018-03-01
expect 0 freeze verify winter
finish
