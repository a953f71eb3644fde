#!/bin/sh
# The commands as people type them: one story, told to the program alone and to a running daemon,
# with the same words, numbers and exit codes. Then damage, proofs elsewhere, the daemon's end.
# shellcheck source=tests/story/lib.sh
. "$ENERLOG_SOURCE_DIR/tests/story/lib.sh"
cd "$folder" || exit 1

# Sums of these days, 48 slots each: 48 x first + 1128 (0 + 1 + ... + 47).
xml_day 20130414 1 >a.xml <<TEXT
5001 01 100
5001 03 10
5002 01 60
5003 01 -
TEXT
xml_day 20130415 2 >b.xml <<TEXT
5001 01 100
5001 03 10
5002 01 60
5003 01 0.125
TEXT
xml_day 20130414 3 >late.xml <<TEXT
5003 01 5
TEXT
xml_day 20130414 2 >early.xml <<TEXT
5003 01 500
TEXT
xml_day 20130414 4 >stranger.xml <<TEXT
5001 01 101
5009 01 1
TEXT
xml_day 20130414 5 >rows.xml <<TEXT
5002 01 60
TEXT
sed -i 's/>107</>1o7</' rows.xml
gzip -nk a.xml
zip_of b.xml b.zip

# fields POINTS CHANNELS VALUES MISSING DUPLICATES REJECTED FIRST LAST
imported() {
    prints <<TEXT
{"files":1,"points":$1,"channels":$2,"values":$3,"missing":$4,"duplicates":$5,"rejected":$6,"first_seq":$7,"last_seq":$8}
TEXT
}

# Events were added: what the first and last are depends on what else the log holds.
imported_some() {
    first=$(field first_seq)
    last=$(field last_seq)
    [ "${first:-x}" -lt "${last:-0}" ] 2>/dev/null || fault "first_seq and last_seq are no events"
    imported "$1" "$2" "$3" "$4" "$5" "$6" "$first" "$last"
}

usage() { expect 0 report usage --from 2013-04-14 --to 2013-04-15 --by channel --json "$@"; }

day_of_a() {
    prints <<TEXT
{"point":"5001","channel":"A+","from":"2013-04-14","to":"2013-04-15","unit":"kWh","energy":"5928","intervals":48,"missing":0}
{"point":"5001","channel":"R+","from":"2013-04-14","to":"2013-04-15","unit":"kvarh","energy":"1608","intervals":48,"missing":0}
{"point":"5002","channel":"A+","from":"2013-04-14","to":"2013-04-15","unit":"kWh","energy":"4008","intervals":48,"missing":0}
{"point":"5003","channel":"A+","from":"2013-04-14","to":"2013-04-15","unit":"kWh","energy":"$1","intervals":$2,"missing":$3}
TEXT
}

story_of_imports() {
    size=$(log_size)
    expect 0 import --format xml80020 --create --dry-run --json a.xml
    imported 3 4 144 48 0 0 null null
    same "$size" "$(log_size)" "events after a dry run"
    expect 7 import --format xml80020 --json a.xml
    says '"values":0,"missing":0,"duplicates":0,"rejected":144,'
    complains 'a.xml:6:1: rejected: point "5001" is not known; set it first, or import with --create'
    expect 0 import --format xml80020 --create --json a.xml
    imported_some 3 4 144 48 0 0
    seq_a=$last
    expect 0 import --format xml80020 --create --json a.xml
    imported 3 4 0 0 144 0 null null
    expect 0 import --format xml80020 --create --json a.xml.gz
    imported 3 4 0 0 144 0 null null
    expect 0 import --format xml80020 --create --json b.zip
    imported_some 3 4 192 0 0 0
    expect 0 import --format xml80020 --create --json a.xml b.xml
    says '{"files":2,"points":3,"channels":4,"values":0,"missing":0,"duplicates":336,"rejected":0,"first_seq":null,"last_seq":null}'
    usage
    day_of_a 0 0 48
}

# A resent day counts when its number is higher, whatever comes first.
story_of_resent_days() {
    expect 0 import --format xml80020 --json late.xml
    imported_some 1 1 48 0 0 0
    expect 0 import --format xml80020 --json early.xml
    usage
    day_of_a 1368 48 0
    expect 7 import --format xml80020 --json stranger.xml
    imported_some 2 2 48 0 0 48
    complains 'point "5009" is not known'
    expect 7 import --format xml80020 --json rows.xml
    imported_some 1 1 47 0 0 1
    complains 'rows.xml:55:43: rejected:'
    complains '1o7'
    usage
    says '"point":"5001","channel":"A+","from":"2013-04-14","to":"2013-04-15","unit":"kWh","energy":"5976","intervals":48,"missing":0}'
    lacks 5009
}

story_of_reports() {
    expect 0 report usage --from 2013-04-15 --to 2013-04-16 --by channel --point 5003 --json
    prints <<TEXT
{"point":"5003","channel":"A+","from":"2013-04-15","to":"2013-04-16","unit":"kWh","energy":"1134","intervals":48,"missing":0}
TEXT
    expect 0 report usage --from 2013-04-14 --to 2013-04-17 --step day --point 5002 --json
    prints <<TEXT
{"point":"5002","channel":"A+","from":"2013-04-14","to":"2013-04-15","unit":"kWh","energy":"4008","intervals":48,"missing":0}
{"point":"5002","channel":"A+","from":"2013-04-15","to":"2013-04-16","unit":"kWh","energy":"4008","intervals":48,"missing":0}
{"point":"5002","channel":"A+","from":"2013-04-16","to":"2013-04-17","unit":"kWh","energy":"0","intervals":0,"missing":48}
TEXT
    expect 0 report usage --from 2013-04-15T00:00:00+04:00 --to 2013-04-15T01:30:00+04:00 --point 5003 --json
    prints <<TEXT
{"point":"5003","channel":"A+","from":"2013-04-15T00:00:00+04:00","to":"2013-04-15T01:30:00+04:00","unit":"kWh","energy":"3.375","intervals":3,"missing":0}
TEXT
    usage --as-of "$seq_a"
    day_of_a 0 0 48
    usage --as-of 2001-01-01
    is_silent
    usage --as-of 2101-01-01
    says '"energy":"5976"'
    expect 2 report usage --from 2013-04-15 --to 2013-04-14 --json
    complains '--from must be before --to'
}

story_of_formulas() {
    expect 0 formula set net "@5001.A+ - @5002.A+" --from 2013-04-14
    expect 0 report usage --from 2013-04-14 --to 2013-04-16 --by formula --json
    prints <<TEXT
{"formula":"net","from":"2013-04-14","to":"2013-04-16","unit":"kWh","energy":"3888","intervals":96,"missing":0}
TEXT
    expect 1 formula set wrong "@5001.A+ + @5001.R+" --from 2013-04-14
    complains "column 12"
    complains "kvarh"
    expect 1 formula set net "#net + @5001.A+" --from 2013-04-14
    complains "reads itself"
    expect 1 formula set wrong "@5001.A+ +" --from 2013-04-14
    complains "column 11"
    expect 4 formula set wrong "@5999.A+" --from 2013-04-14
    complains 'no point "5999"'
    expect 2 formula set wrong "@5001.A+"
    complains "--from"
    expect 0 formula list --json
    says '"net"'
    lacks wrong
    expect 0 report usage --from 2013-04-14 --to 2013-04-16 --by formula --json
    says '"energy":"3888"'
}

story_of_balances() {
    expect 1 balance set bus1 --in @5001.A+ --out @5002.A+ --losses 1 --from 2013-04-14
    complains "bus1.losses is a plain number, what comes in is in kWh"
    expect 0 balance set bus1 --in @5001.A+ --out "@5002.A+ + @5003.A+" --from 2013-04-14
    expect 0 report balance bus1 --from 2013-04-14 --to 2013-04-16 --json
    says '{"balance":"bus1","from":"2013-04-14","to":"2013-04-16","unit":"kWh","in":"11904","out":"10518","losses":"0","imbalance":"1386","actual":"11.6431","permissible":null,"permitted":null,"slots":96,"partial":0'
    for point in 5001 5002 5003; do
        expect 0 channel error "$point" A+ --percent 0.5 --from 2013-04-14
    done
    expect 0 report balance bus1 --from 2013-04-14 --to 2013-04-16 --json
    lacks '"permissible":null'
    says '"permitted":false'
    expect 1 balance set bus2 --in "@5001.A+ *" --out @5002.A+ --from 2013-04-14
    expect 1 balance set bus2 --in @5001.A+ --out @5002.A+ --losses @5001.R+ --from 2013-04-14
    expect 4 report balance bus2 --from 2013-04-14 --to 2013-04-16 --json
    complains "not set"
    expect 4 report balance bus3 --from 2013-04-14 --to 2013-04-16 --json
    complains 'no balance "bus3"'
}

id=2013-04-14..2013-04-15

story_of_freezes() {
    expect 0 freeze create --from 2013-04-14 --to 2013-04-15 --json
    says "\"id\":\"$id\""
    digest=$(field digest)
    same 64 "${#digest}" "length of the digest"
    expect 6 freeze create --from 2013-04-14 --to 2013-04-15 --json
    expect 0 freeze show "$id" --json
    same "$digest" "$(field digest)" "digest shown"
    says '"pending":0'
    expect 0 freeze verify "$id"
    expect 4 freeze show 1999
    expect 4 freeze verify 1999
}

# What comes late is kept, shows as a difference, and acts through a correction only.
story_of_corrections() {
    xml_day 20130414 9 >later.xml <<TEXT
5003 01 6
TEXT
    expect 0 import --format xml80020 --json later.xml
    usage
    says '"point":"5003","channel":"A+","from":"2013-04-14","to":"2013-04-15","unit":"kWh","energy":"1368"'
    usage --lane live
    says '"unit":"kWh","energy":"1416"'
    expect 0 freeze show "$id" --json
    same "$digest" "$(field digest)" "digest after late data"
    lacks '"pending":0'
    expect 0 freeze differences "$id" --json
    says 5003
    expect 0 freeze verify "$id"
    expect 0 correction create "$id" --authority "Act 17" --style restate
    expect 0 freeze show "$id" --json
    says '"run":2'
    usage
    says '"point":"5003","channel":"A+","from":"2013-04-14","to":"2013-04-15","unit":"kWh","energy":"1416"'
    expect 0 freeze verify "$id"
}

story_of_policies() {
    expect 0 policy set strict --complete --in-order --correction restate
    expect 6 freeze create --from 2013-04-16 --to 2013-04-17 --policy strict --json
    complains "(F-14)"
    expect 0 policy set whole --complete
    expect 1 freeze create --from 2013-04-16 --to 2013-04-17 --policy whole --json
    complains "192 slots"
    complains "(F-01)"
    expect 4 freeze show 2013-04-16..2013-04-17
    expect 4 freeze create --from 2013-04-15 --to 2013-04-16 --policy none --json
    expect 4 freeze create --from 2013-04-15 --to 2013-04-16 --scope nobody --json
    expect 0 freeze create --from 2013-04-15 --to 2013-04-16 --scope 7700000100 --policy strict --name april --json
    says '"id":"april"'
    expect 0 freeze verify april
}

# The same words where nothing stands on the number of events, which the daemon adds to.
story() {
    story_of_imports
    story_of_resent_days
    story_of_reports
    story_of_formulas
    story_of_balances
    story_of_freezes
    story_of_corrections
    story_of_policies
    expect 0 log verify
    expect 6 init
}

# Times, seqs, hashes and identities differ from run to run; nothing else may.
plain() {
    sed -e "s,$dir,DIR,g" \
        -e 's/"\(first_seq\|last_seq\|size\|event\|seq\)":[0-9]*/"\1":N/g' \
        -e 's/event [0-9]*/event N/g' -e 's/--as-of [0-9][0-9]* *$/--as-of N/' \
        -e 's/"root":"[0-9a-f]*"/"root":"R"/' \
        -e '/^\(events\|frames\|bytes\|checkpoints\|signatures\|root\|size\|event\) /d' "$1"
}

dir=$folder/alone
expect 0 init
transcript=$folder/alone.txt
story
plain "$transcript" >alone.plain

dir=$folder/served
transcript=/dev/null
expect 0 init
start_daemon || finish
transcript=$folder/served.txt
story
plain "$transcript" >served.plain
command="... of the whole story"
diff alone.plain served.plain >difference || fault "alone (<) and through the daemon (>) differ:
$(cat difference)"

# One process appends; the other ends as it was asked to, and leaves a sound log.
transcript=/dev/null
expect 75 serve --port 0
complains "in use by enerlog serve"
stop_daemon
expect 0 log verify
usage
says '"energy":"5976"'
finish
