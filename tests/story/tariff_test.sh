#!/bin/sh
# Tariffs as people set them: a calendar, who has it, prices, peak hours; energy by zone, what is
# owed, and how it lies against plan and contract. Told to the program and, at the end, to the API.
# shellcheck source=tests/story/lib.sh
. "$ENERLOG_SOURCE_DIR/tests/story/lib.sh"
cd "$folder" || exit 1

# Slot i of a day has first + i: night (16 slots) 1784, half (18) 2345, peak (14) 1799 of first 100.
for day in 01 02 03; do
    xml_day "202606$day" "$day" >"$day.xml" <<TEXT
5001 01 100
5002 01 10
TEXT
done

cat >rf3.json <<'TEXT'
{
  "title": "three zones",
  "clock": "fiscal",
  "zones": ["night", "half", "peak"],
  "holidays": ["2026-06-12"],
  "moved": ["2026-06-13"],
  "days": [{"types": ["weekday"],
            "switches": {"07:00": "peak", "10:00": "half", "17:00": "peak", "21:00": "half", "23:00": "night"}}]
}
TEXT

expect 0 init
expect 0 import --format xml80020 --zone +03:00 --create 01.xml 02.xml 03.xml
expect 0 object list --json

# --- what is wrong is told with its place, and nothing is set
sed 's/"half", "17:00"/"middle", "17:00"/' rf3.json >wrong.json
expect 1 calendar set rf3 wrong.json
complains 'wrong.json: days: at 10:00: "middle" is none of the zones'
sed 's/"clock"/"clocks"/' rf3.json >wrong.json
expect 1 calendar set rf3 wrong.json
complains 'wrong.json: calendar: "clocks" is not known here'
sed 's/2026-06-12/2026-06-31/' rf3.json >wrong.json
expect 1 calendar set rf3 wrong.json
complains 'holidays: "2026-06-31" is no day'
echo '{' >wrong.json
expect 1 calendar set rf3 wrong.json
complains 'wrong.json: line'
expect 4 calendar set rf3 nowhere.json
complains 'there is no file nowhere.json'

expect 0 calendar set rf3 rf3.json --document 'order 1' --json
expect 0 calendar show rf3
says '"zones":["night","half","peak"]'
says '"switches":{"07:00":"peak","10:00":"half","17:00":"peak","21:00":"half","23:00":"night"}'
cp "$out" again.json
expect 0 calendar set again again.json
expect 0 calendar show again
diff again.json "$out" || fault "a calendar that was shown is not set as it was"
expect 0 calendar list --json
says '{"calendar":"rf3","from":null,"to":null,"title":"three zones","clock":"fiscal","zones":"night half peak","seasons":0,"dates":2,"document":"order 1","reason":""}'

# --- who has it, by zone
expect 4 tariff set home --calendar nothing
expect 0 tariff set home --calendar rf3 --category 2 --points 5001 --region moscow --title 'for homes'
expect 0 tariff show home --json
says '"members":"point 5001"'
expect 0 report usage --by zone --from 2026-06-01 --to 2026-06-02 --json
prints <<'TEXT'
{"point":"5001","channel":"A+","from":"2026-06-01","to":"2026-06-02","zone":"night","unit":"kWh","energy":"1784","intervals":16,"missing":0,"split":0}
{"point":"5001","channel":"A+","from":"2026-06-01","to":"2026-06-02","zone":"half","unit":"kWh","energy":"2345","intervals":18,"missing":0,"split":0}
{"point":"5001","channel":"A+","from":"2026-06-01","to":"2026-06-02","zone":"peak","unit":"kWh","energy":"1799","intervals":14,"missing":0,"split":0}
TEXT

# --- TOU-04: from the 3rd on there are two zones; the days before stay what they were
sed 's/"10:00": "half", "17:00": "peak", "21:00": "half", //' rf3.json >rf2.json
expect 0 calendar set rf3 rf2.json --from 2026-06-03 --reason 'order 2'
expect 0 report usage --by zone --step day --from 2026-06-02 --to 2026-06-04 --point 5001 -o csv
prints <<'TEXT'
point,channel,from,to,zone,unit,energy,intervals,missing,split
5001,A+,2026-06-02,2026-06-03,night,kWh,1784,16,0,0
5001,A+,2026-06-02,2026-06-03,half,kWh,2345,18,0,0
5001,A+,2026-06-02,2026-06-03,peak,kWh,1799,14,0,0
5001,A+,2026-06-03,2026-06-04,night,kWh,1784,16,0,0
5001,A+,2026-06-03,2026-06-04,peak,kWh,4144,32,0,0
TEXT

# --- prices and what is owed
expect 0 price set home energy 1.5 --zone night --from 2026-01-01
expect 0 price set home energy 3 --zone half --from 2026-01-01
expect 0 price set home energy 5.123456 --zone peak --from 2026-01-01 --document 'order 3'
expect 4 price set home power 1 --from 2026-01-01
complains 'none of energy, capacity'
expect 4 price set home energy 1 --zone dawn --from 2026-01-01
complains 'has no zone "dawn"'
expect 2 price set home energy --from 2026-01-01
expect 0 price list --tariff home -o csv
says 'home,energy,peak,2026-01-01,,5.123456,kWh,0,order 3,'
expect 0 report charges --from 2026-06-01 --to 2026-07-01 -o csv
prints <<'TEXT'
point,tariff,category,from,to,kind,part,zone,quantity,unit,price_rub,amount_rub,missing,document,note
5001,home,II,2026-06-01T00:00:00+03:00,2026-06-04T00:00:00+03:00,line,energy,night,5352,kWh,1.5,8028.00,0,,
5001,home,II,2026-06-01T00:00:00+03:00,2026-06-03T00:00:00+03:00,line,energy,half,4690,kWh,3,14070.00,0,,
5001,home,II,2026-06-01T00:00:00+03:00,2026-06-04T00:00:00+03:00,line,energy,peak,7742,kWh,5.123456,39665.80,0,,
5001,home,II,2026-06-01T00:00:00+03:00,2026-07-01T00:00:00+03:00,total,,,,,,61763.80,1296,,not complete
TEXT

# --- a contract: category III, billing from the 25th, peak hours
expect 0 contract set 5002 --tariff home --category 3 --billing 25 --max-power 200 --declared 100
expect 0 report charges --from 2026-05-01 --to 2026-06-01 --point 5002 --json
says '"from":"2026-05-25T00:00:00+03:00","to":"2026-06-25T00:00:00+03:00","kind":"total"'
says '"note":"no price is set"'
awk 'BEGIN { printf "{\"hours\": [\"2.0\""; for (i = 1; i < 72; i++) printf ", \"2.%02d\"", i; print "]}" }' >hours.json
expect 0 price set home energy --hours hours.json --from 2026-06-01
expect 0 peak-hours set moscow --month 2026-06 --planned 9,10,18 --calendar rf3 --document 'order 7'
echo '{"days": {"2026-06-01": 10, "2026-06-02": 18, "2026-06-03": 9}, "document": "list 6"}' >fact.json
expect 0 peak-hours set moscow --month 2026-06 --fact fact.json --calendar rf3
expect 1 peak-hours set moscow --month 2026-06 --planned 9,8 --document x
complains 'hours are 0 to 23, rising'
expect 0 peak-hours list --json
says '{"region":"moscow","list":"fact","from":"2026-06-01","to":"2026-07-01","offset":"+03:00","calendar":"rf3","hours":"2026-06-01=10 2026-06-02=18 2026-06-03=9","document":"list 6","reason":""}'
expect 0 report deviation --from 2026-06-01 --to 2026-06-04 --point 5002 --json
says '"item":"power largest hour","unit":"kW","fact":"113"'
says '"item":"power declared","unit":"kW","fact":"113","against":"100","difference":"13","percent":"13","at":"2026-06-01T23:00:00+03:00"'
says '"item":"power purchased","unit":"kW","fact":"70.333333"'
says '"item":"power reserve","unit":"kW","fact":"93","against":"200","difference":"107"'
says '"item":"year before, per day"'
expect 0 report deviation --from 2026-06-01 --to 2026-06-04 --json

# --- registers against the profile: none are read here
expect 0 report reconciliation --from 2026-06-01 --to 2026-06-04 -o csv
prints <<'TEXT'
point,register,zone,from,to,advance,profile,difference,percent,verdict
TEXT

# --- as of before the change of calendar
expect 0 report usage --by zone --from 2026-06-03 --to 2026-06-04 --point 5001 -o csv
lacks half

# --- the API gives the numbers of the commands
get() {
    command="... GET $1"
    "$ENERLOG_BUILD_DIR/tests.story.get_main" "$port" "$1" >answer 2>"$err" || fault "no answer"
    status=$(head -n 1 answer)
    tail -n +2 answer >"$out"
    same "${2:-200}" "$status" "status"
}

start_daemon || finish
get "/api/v1/usage?by=zone&from=2026-06-01&to=2026-06-04"
sed -e 's/.*"items":\[//' -e 's/\]}$//' -e 's/},{/}\n{/g' "$out" | sed '/^$/d' >items.txt
"$program" -D "$dir" report usage --by zone --from 2026-06-01 --to 2026-06-04 --json >report.txt
diff report.txt items.txt >difference || fault "the command (<) and the API (>): $(cat difference)"
get /api/v1/calendars
says '"calendar":"rf3","from":"2026-06-03"'
says '"holidays":["2026-06-12"]'
get /api/v1/tariffs
says '"members":[{"point":"5001"}]'
get /api/v1/prices
says '"part":"energy","zone":3,"per":"kWh","from":"2026-01-01","to":null,"price_rub":"5.123456"'
get /api/v1/peak-hours
says '"days":[{"day":"2026-06-01","hour":10}'
get "/api/v1/charges?point=5001&from=2026-06-01&to=2026-07-01"
says '"total_rub":"61763.80","complete":false,"intervals":144,"missing":1296'
says '"zone":"peak","from":"2026-06-01T00:00:00+03:00","to":"2026-06-04T00:00:00+03:00","quantity":"7742","unit":"kWh","by_hours":false,"price_rub":"5.123456","amount_rub":"39665.80"'
get "/api/v1/deviation?point=5002&from=2026-06-01&to=2026-06-04"
says '"declared":{"stated":"100","excess":"13","percent":"13"}'
says '"purchased":{"kw":"70.333333","document":"list 6","missing":0,"days":[{"day":"2026-06-01","hour":10,"kw":"61"}'
get "/api/v1/reconciliation?point=5001&from=2026-06-01&to=2026-06-04"
says '"items":[]'
get "/api/v1/charges?from=2026-06-01&to=2026-07-01" 400
get "/api/v1/deviation?point=nobody&from=2026-06-01&to=2026-07-01" 404
stop_daemon
finish
