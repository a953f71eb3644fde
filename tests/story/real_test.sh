#!/bin/sh
# labels: real
# Real files of other people, all the way: imported with the mappings we ship, summed here from the
# files in integers of 1e-6, frozen, replayed, exported and taken in again.
# shellcheck source=tests/story/lib.sh
. "$ENERLOG_SOURCE_DIR/tests/story/lib.sh"
real=${ENERLOG_REAL_DATA:-}
mappings=$ENERLOG_SOURCE_DIR/formats/csv/mappings
ausgrid=$real/intervals/ausgrid_customer12_2011-2012.csv
heat=$real/intervals/danish_smart_heat_meters_sample.csv
if [ ! -f "$ausgrid" ] || [ ! -f "$heat" ] || [ ! -d "$real/nem12" ]; then
    echo "SKIP: no real input in ENERLOG_REAL_DATA=$real"
    exit 77
fi
cd "$folder" || exit 1

# A decimal text in 1e-6, half up; whole numbers below 2^53 are exact in every awk.
micro='function micro(text,    parts, digits) {
    split(text, parts, "."); digits = substr(parts[2] "0000000", 1, 7)
    return parts[1] * 1000000 + substr(digits, 1, 6) + (substr(digits, 7, 1) >= 5 ? 1 : 0)
}
function decimal(n,    text) {
    text = sprintf("%d.%06d", int(n / 1000000), n % 1000000); sub(/0+$/, "", text); sub(/\.$/, "", text)
    return text
}'

# "point channel energy intervals" a line, of a report: all that has a value.
plain_report() {
    sed -n 's/^{"point":"\([^"]*\)","channel":"\([^"]*\)".*"energy":"\([^"]*\)","intervals":\([0-9]*\),.*/\1 \2 \3 \4/p' "$out" |
        awk '$4 > 0' | LC_ALL=C sort
}

# agree WHAT: the files wanted.txt and got.txt
agree() {
    [ -s wanted.txt ] || fault "$1: nothing was summed"
    diff wanted.txt got.txt >difference || fault "$1: sums of the file (<), of the program (>):
$(head -n 20 difference)"
}

# prove NAME FROM TO: frozen, recalculated from the log, rebuilt: all equal.
prove() {
    expect 0 freeze create --name "$1" --from "$2" --to "$3" --json
    expect 0 freeze verify "$1"
    expect 0 projection rebuild --compare
    expect 0 log verify
}

# again FROM TO MAPPING: exported, imported into a directory of its own: the same report.
again() {
    expect 0 report usage --from "$1" --to "$2" --json
    plain_report >wanted.txt
    expect 0 export --format csv --from "$1" --to "$2"
    cp "$out" exported.csv
    first=$dir
    dir=$folder/again
    rm -rf "$dir"
    expect 0 init
    expect 0 import --format csv --mapping "$mappings/enerlog.ini" --zone "$3" --create --json exported.csv
    expect 0 report usage --from "$1" --to "$2" --json
    plain_report >got.txt
    agree "export and import again"
    dir=$first
}

# --- half-hours of a house with a roof of solar cells, a year ------------------------------------

dir=$folder/house
expect 0 init
expect 0 import --format csv --mapping "$mappings/ausgrid.ini" --create --json "$ausgrid"
says '"values":35136,"missing":0,"duplicates":0,"rejected":0,'
awk -F , "$micro"'
    NR > 1 { taken += micro($2); given += micro($3); slots++ }
    END { print "AUSGRID-CUSTOMER A+", decimal(taken), slots; print "AUSGRID-CUSTOMER A-", decimal(given), slots }
' "$ausgrid" >wanted.txt
expect 0 report usage --from 2011-07-01 --to 2012-07-01 --by channel --json
plain_report >got.txt
agree "the year of a house"
prove house 2011-07-01 2012-07-01
again 2011-07-01 2012-07-01 +10:00

# --- hourly registers of heat meters --------------------------------------------------------------

dir=$folder/heat
expect 0 init
expect 0 import --format csv --mapping "$mappings/danish_heat.ini" --create --json "$heat"
says '"rejected":0,'
# Consumption of a meter is its last reading less its first, however many are between.
tail -n +2 "$heat" | LC_ALL=C sort -t , -k 2,2 -k 3,3 | awk -F , "$micro"'
    $2 != meter { if (meter != "") print "DK-HEAT-" meter, decimal(last - first); meter = $2; first = micro($4) }
    { last = micro($4) }
    END { print "DK-HEAT-" meter, decimal(last - first) }
' | LC_ALL=C sort >wanted.txt
expect 0 report usage --from 2018-01-01 --to 2021-12-31 --by channel --json
plain_report | cut -d ' ' -f 1,3 >got.txt
agree "heat of three years"
prove heat 2018-01-01 2019-01-01
again 2018-01-01 2021-12-31 +01:00

# --- NEM12: many meters, units, lengths of slots ---------------------------------------------------

dir=$folder/nem12
expect 0 init
expect 0 import --format nem12 --create --json "$real"/nem12/*.csv
says '"rejected":0,'
# Active energy taken and given of the plain files; a day told twice counts once.
cat "$real"/nem12/Example_NEM12_*.csv "$real/nem12/Example_WesternPower.csv" | tr -d '\r' | awk -F , "$micro"'
    $1 == 200 { point = $2; suffix = $5; unit = tolower($8); minutes = $9
        channel = suffix == "E1" ? "A+" : suffix == "B1" ? "A-" : "" }
    $1 == 300 && channel != "" {
        key = point " " channel; day = key " " $2
        if (!(day in known)) { known[day] = 0; slots[key] += 1440 / minutes }
        sum = 0
        for (i = 3; i < 3 + 1440 / minutes; i++) sum += micro($i)
        total[key] += (unit == "wh" ? sum / 1000 : sum) - known[day]
        known[day] = unit == "wh" ? sum / 1000 : sum
    }
    END { for (key in total) print key, decimal(total[key]), slots[key] }
' | LC_ALL=C sort >wanted.txt
expect 0 report usage --from 2003-01-01 --to 2024-01-01 --by channel --json
plain_report >all.txt
cut -d ' ' -f 1,2 wanted.txt | grep -Ff - all.txt >got.txt
agree "NEM12"
prove nem12 2023-01-01 2024-01-01
expect 0 import --format nem12 --create --json "$real"/nem12/*.zip
says '"rejected":0,'
finish
