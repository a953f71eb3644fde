#!/bin/sh
# Everything that can be wrong with what people give: each is told with its place and what to do, has
# its exit code, and changes no number. Of a refused file the log keeps the file and the verdict.
# shellcheck source=tests/story/lib.sh
. "$ENERLOG_SOURCE_DIR/tests/story/lib.sh"
cd "$folder" || exit 1
mappings=$ENERLOG_SOURCE_DIR/formats/csv/mappings

printf '5001 01 100\n5001 03 10\n5002 01 60\n' | xml_day 20130414 1 >a.xml
expect 0 init
expect 0 import --format xml80020 --create --json a.xml
expect 0 device set M1
expect 0 device set M2
expect 0 device install 5002 M1 --at 2013-04-01T00:00:00+04:00
expect 0 formula set net "@5001.A+ - @5002.A+" --from 2013-04-14
expect 0 balance set bus --in @5001.A+ --out @5002.A+ --from 2013-04-14

# What all later commands must leave as it is.
numbers() {
    for words in "report usage --from 2013-04-13 --to 2013-04-16 --step day --by channel" \
        "report usage --from 2013-04-13 --to 2013-04-16 --by formula" \
        "report balance bus --from 2013-04-14 --to 2013-04-15" \
        "point list" "channel list" "object list" "formula list" "balance list" "device list" "policy list" "freeze list"; do
        # shellcheck disable=SC2086 # words of a command
        "$program" -D "$dir" $words --json 2>/dev/null
    done
}
numbers >numbers.txt

unchanged() {
    numbers >"$folder/now.txt"
    cmp -s numbers.txt now.txt || fault "something changed: $(diff numbers.txt now.txt)"
}

# --- files: of each the log may take the file itself, names, the zone and the verdict, no more ------

# file CODE TEXT NAME WORD...: the file as format and options say is refused.
file() {
    wanted_code=$1
    text=$2
    shift 2
    size=$(log_size)
    expect "$wanted_code" import --create --json "$@"
    complains "$text"
    says '"values":0,'
    "$program" -D "$dir" log show --from-seq "$size" --json |
        sed -n 's/.*"kind":"\([a-z.]*\)".*/\1/p' |
        grep -Ev '^(name\.assigned|zone\.table|document\.(received|chunk|imported))$' >kinds.txt &&
        fault "half applied: $(sort kinds.txt | uniq -c)"
    unchanged
}

: >empty
file 1 "no element found" --format xml80020 empty
file 1 "ends before its header" --format csv --mapping "$mappings/enerlog.ini" empty
file 1 "the file is empty" --format nem12 empty
head -c 300 a.xml >cut.xml
file 1 "line 5, column 30" --format xml80020 cut.xml
file 1 "instead of a 100 header" --format nem12 a.xml
sed 's/encoding="windows-1251"/encoding="KOI9"/' a.xml >encoding.xml
file 1 'encoding "koi9" is not known' --format xml80020 encoding.xml
sed 's/day>20130414/day>20130231/' a.xml >day.xml
file 1 '20130231' --format xml80020 day.xml
printf '<?xml version="1.0"?><!DOCTYPE m [<!ENTITY a "aa">]><message class="80020">&a;</message>' >entities.xml
file 1 "a DOCTYPE is refused" --format xml80020 entities.xml
gzip -nc a.xml | head -c 200 >cut.gz
file 1 "gzip file is damaged or cut at byte 200" --format xml80020 cut.gz
zip_of a.xml a.zip
head -c 300 a.zip >cut.zip
file 1 "zip archive" --format xml80020 cut.zip
awk 'BEGIN { srand(7); for (i = 0; i < 20000; i++) printf "%c", 1 + int(rand() * 255) }' >noise
file 1 "noise" --format xml80020 noise
file 1 "noise" --format nem12 noise
file 1 "noise" --format csv --mapping "$mappings/enerlog.ini" noise

# A good file beside a bad one goes in; so do good rows beside bad ones, unless all or none is asked.
expect 1 import --format xml80020 --json cut.xml a.xml
says '"files":2'
says '"duplicates":144'
unchanged
printf '[time]\ncolumn = at\npattern = rfc3339\nzone = +04:00\nslot = 30m\n[point]\ncolumn = point\n[channel A+]\ncolumn = energy\nunit = kWh\n' >rows.ini
cat >rows.csv <<TEXT
at,point,energy
2013-04-14T00:00:00Z,5001,1
2013-13-01T00:00:00Z,5001,1
2013-04-14T01:00:00Z,5001,abc
2013-04-14T02:00:00Z,5001,99999999999999999999
2013-04-14T03:00:00Z,,1
2013-04-14T03:10:00Z,5001,1
TEXT
size=$(log_size)
expect 7 import --strict --format csv --mapping rows.ini --json rows.csv
says '"values":0,'
complains 'rows.csv:3:1: rejected: no day is 2013-13-01'
complains 'rows.csv:4:3: rejected: decimal "abc"'
complains 'rows.csv:5:3: rejected: decimal has more digits than 64 bits hold'
complains 'rows.csv:6:2: rejected: the row does not say which point'
complains 'rows.csv:7: rejected: 5001'
unchanged
expect 7 import --dry-run --format csv --mapping rows.ini --json rows.csv
unchanged

# --- what never reaches the log -------------------------------------------------------------------

# refused CODE TEXT WORD...: told, and not an event more.
refused() {
    wanted_code=$1
    text=$2
    shift 2
    size=$(log_size)
    expect "$wanted_code" "$@"
    complains "$text"
    same "$size" "$(log_size)" "events"
}

refused 4 "cannot open" import --format xml80020 absent.xml
refused 1 "is not a file" import --format xml80020 .
refused 2 'known are csv, json, nem12, xml80020' import --format nosuch a.xml
refused 2 "--format NAME is missing" import a.xml
refused 2 "--mapping M is missing" import --format csv rows.csv
refused 4 "cannot open" import --format csv --mapping absent.ini rows.csv
refused 4 'no zone "nowhere"' import --zone nowhere --format csv --mapping rows.ini rows.csv
printf '[time]\ncolumn = a\nnonsense\n' >wrong.ini
refused 78 'mapping line 3: "nonsense"' import --format csv --mapping wrong.ini rows.csv
printf '[nosuch]\n' >wrong.ini
refused 78 'mapping line 1: "[nosuch]"' import --format csv --mapping wrong.ini rows.csv
sed 's,+04:00,Mars/Olympus,' rows.ini >wrong.ini
refused 4 'no zone "Mars/Olympus"' import --format csv --mapping wrong.ini rows.csv

refused 2 'no command "nosuch"' nosuch
refused 2 'did you mean "report"?' repotr usage
refused 2 'did you mean "usage"?' report usag
refused 2 'did you mean "from"?' report usage --form 2013-04-14
refused 2 "--to DATE is missing" report usage --from 2013-04-14
refused 2 "one word too many" point list extra
refused 2 "means nothing to this command" point list --dry-run
refused 2 "is one of table|json|ndjson|csv" -o xml point list
usage="report usage --to 2013-04-15"
# shellcheck disable=SC2086 # words of a command
{
    refused 2 "a date YYYY-MM-DD is wanted" $usage --from yesterday
    refused 2 "no day is 2013-02-30" $usage --from 2013-02-30
    refused 2 "an offset (Z or +03:00) is wanted" $usage --from 2013-02-03T01:00:00
    refused 2 "--from must be before --to" $usage --from 2013-04-15
    refused 2 "is one of" $usage --from 2013-04-14 --step week
    refused 2 "--as-of is the number of an event or a time" $usage --from 2013-04-14 --as-of junk
    refused 1 "the log ends before event 99999" $usage --from 2013-04-14 --as-of 99999
    refused 4 'no point "4711"' $usage --from 2013-04-14 --point 4711
    refused 4 'no object "4711"' $usage --from 2013-04-14 --object 4711
    refused 1 "begins inside a slot of 5001" $usage --from 2013-04-14T00:10:00+04:00
}
refused 4 'no balance "nosuch"' report balance nosuch --from 2013-04-14 --to 2013-04-15
refused 2 "there is no kind" log show --kind nonsense
refused 2 "is a whole number" log show --limit -1
refused 2 "SEQ is the number of an event" log prove -1
refused 4 "the log has no event" log prove 99999
refused 2 "is a whole number up to 65535" serve --port 99999
refused 2 "bash, zsh and fish" completion tcsh
refused 2 "--from must be before --to" freeze create --from 2013-04-15 --to 2013-04-14
refused 4 'no freeze "x"' freeze verify x
refused 4 'no freeze "x"' correction create x --authority "Act 1"
refused 4 'no object "nosuch"' freeze create --from 2013-04-14 --to 2013-04-15 --scope nosuch
refused 2 "--offset is like +03:00" object set O --offset +25:00
refused 4 'no zone "Mars/Olympus"' object set O --zone Mars/Olympus
refused 4 'no object "nosuch"' object set O --parent nosuch
refused 4 'no object "nosuch"' point set 5001 --object nosuch
refused 1 "has 1 to 255 bytes" point set ""
refused 2 "is one of" point set 5001 --resource plasma
refused 4 'no point "nosuch"' channel set nosuch A+
refused 1 'unit "parsec" is not known' channel set 5001 X --unit parsec
refused 2 "above 0 up to 100" channel error 5001 A+ --percent 1000
refused 4 'no device "nosuch"' device install 5001 nosuch --at 2013-04-14T00:00:00+04:00
refused 6 'device M1 measures there then' device install 5002 M2 --at 2013-04-14T00:00:00+04:00
unchanged

# --- commands that are judged while they are folded: the refusal is part of the record -------------

# judged CODE TEXT WORD...
judged() {
    wanted_code=$1
    text=$2
    shift 2
    expect "$wanted_code" "$@"
    complains "$text"
}

formula() { judged "$1" "$2" formula set "$4" "$3" --from 2013-04-14; }

formula 1 "column 1, the end: a value is needed" "" wrong
formula 1 "column 12, '0': division by zero" "@5001.A+ / 0" wrong
formula 1 "column 8, the end: an operator or ')'" "((((((1" wrong
formula 1 "an amount is multiplied by an amount" "@5001.A+ * @5001.A+" wrong
formula 1 "column 12, '@5001.R+': this is kvarh" "@5001.A+ + @5001.R+" wrong
formula 1 "column 1, 'exec'" 'exec("rm")' wrong
formula 1 "column 3, '\$'" '1 $ 2' wrong
formula 1 "at most 18 digits" 1000000000000000000000 wrong
formula 1 "deeper than 64" "$(awk 'BEGIN { for (i = 0; i < 3000; i++) printf "("; print 1 }')" wrong
formula 4 'no formula "nosuch"' "#nosuch" wrong
formula 4 'no point "5999"' "@5999.A+" wrong
formula 1 "reads itself" "#net + 1 * @5001.A+" net
judged 1 "a balance compares one unit" balance set wrong --in @5001.A+ --out @5001.R+ --from 2013-04-14
judged 1 "do not divide the day" channel set 5001 A+ --slot 7
judged 1 "above 0" ratio set 5001 --current 0/5
judged 1 "divides by zero" ratio set 5001 --current 5/0
judged 4 'no policy "nosuch"' freeze create --from 2013-04-14 --to 2013-04-15 --policy nosuch
judged 1 "1 to 400 days" freeze create --from 2003-04-14 --to 2013-04-15
unchanged
expect 0 log verify
expect 0 projection rebuild --compare

# --- places -----------------------------------------------------------------------------------------

dir=$folder/absent
for words in "log verify" "point list" "freeze verify x" serve "projection rebuild --compare"; do
    # shellcheck disable=SC2086 # words of a command
    expect 4 $words
    complains "is no data directory; \`enerlog -D DIR init\` makes one"
done
[ ! -e "$dir" ] || fault "a refused command made the directory"
dir=$folder/a.xml
expect 6 init
mkdir full
touch full/something
dir=$folder/full
expect 6 init
dir=/proc/nowhere/data
expect 4 init
finish
