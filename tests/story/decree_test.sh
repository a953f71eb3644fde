#!/bin/sh
# Decree 442 as an operator works with it: contracts and causes, the chain put in force, months without readings, a
# late reading, the report, the derivation, what is refused.
# shellcheck source=tests/story/lib.sh
. "$ENERLOG_SOURCE_DIR/tests/story/lib.sh"
cd "$folder" || exit 1

expect 0 init
expect 0 object set O --offset +03:00
expect 0 point set P1 --object O
expect 0 channel set P1 A+ --basis register --slot 0 --primary

# What cannot be a contract or a cause.
expect 4 contract set P9 --max-power 150
expect 1 contract set P1 --cos-phi 1.2
complains "cos phi"
expect 1 contract set P1 --connection TP-5 --connection-power 300
complains "permissible current"
expect 2 contract set P1 --billing 31
expect 4 contract set P1 --control P1/R9
expect 2 contract set P1 --category 7
expect 4 cause set P1 LAZY --from 2026-05-01
complains "ACCESS_REFUSED"

expect 0 contract set P1 --max-power 150 --current 100 --phases 3 --voltage 0.22 --from 2025-01-01 --number K-17
expect 0 contract set P1 --category 1 --from 2026-06-01
expect 0 contract show P1 --json
says '"from":"2025-01-01T00:00:00+03:00","to":null,"number":"K-17","max_power_kw":"150"'
says '"from":"2026-06-01T00:00:00+03:00","to":null,"number":"K-17","max_power_kw":"150"'

cat >reads.csv <<'CSV'
point,channel,at,value,unit,quality
P1,A+,2025-01-01T00:00:00+03:00,1000,kWh,MEASURED
P1,A+,2025-02-01T00:00:00+03:00,91000,kWh,MEASURED
P1,A+,2025-03-01T00:00:00+03:00,171000,kWh,MEASURED
P1,A+,2025-04-01T00:00:00+03:00,261100,kWh,MEASURED
P1,A+,2025-05-01T00:00:00+03:00,333100,kWh,MEASURED
P1,A+,2026-01-01T00:00:00+03:00,1000000,kWh,MEASURED
P1,A+,2026-02-01T00:00:00+03:00,1093000,kWh,MEASURED
CSV
mapping=$ENERLOG_SOURCE_DIR/formats/csv/mappings/enerlog_registers.ini
expect 0 import --format csv --mapping "$mapping" reads.csv

# Without a rule nothing stands for what is missing.
expect 0 report decree --from 2026-01-01 --to 2026-05-01 --json
is_silent
expect 0 rule adopt ru442 --from 2025-01-01 --reason "order 12"
expect 0 report decree --from 2026-01-01 --to 2026-05-01 --json
says '"from":"2026-01-01T00:00:00+03:00","to":"2026-02-01T00:00:00+03:00","state":"OK"'
says '"state":"MISSING(1)","unit":"kWh","missing_from":"2026-02-01T00:00:00+03:00","missing_to":"2026-03-01T00:00:00+03:00","cause":"NOT_SUPPLIED","method":"PRIOR","rule":"D442-B","energy":"80000"'
says '"state":"MISSING(2)"'
says '"method":"MAX_POWER","rule":"D442-C","energy":"108000","power_kw":"150"'
expect 0 report usage --from 2026-02-01 --to 2026-05-01 --step month --json
says '"energy":"80000"'
says '"energy":"90100"'
says '"energy":"108000"'

# February is frozen as it was estimated.
expect 0 freeze create --from 2026-02-01 --to 2026-03-01
expect 0 why P1 A+ 2026-04-05T10:00:00+03:00
says "D442-C maximum power times time: MISSING(3)"
says "contract.set"

# Access was refused: calculated at once.
expect 0 cause set P1 ACCESS_REFUSED --from 2026-03-11 --to 2026-03-21 --act "act 5"
expect 6 cause set P1 FAULT --from 2026-03-15
expect 0 cause list --json
says '"cause":"ACCESS_REFUSED"'
expect 0 report decree --from 2026-03-01 --to 2026-04-01 --json
says '"missing_from":"2026-03-11T00:00:00+03:00","missing_to":"2026-03-21T00:00:00+03:00","cause":"ACCESS_REFUSED","method":"MAX_POWER","rule":"D442-C","energy":"36000"'

# A reading of 20 April: what was estimated goes, of February it is pending (D442-G).
cat >late.csv <<'CSV'
point,channel,at,value,unit,quality
P1,A+,2026-04-20T00:00:00+03:00,1249000,kWh,MEASURED
CSV
expect 0 import --format csv --mapping "$mapping" late.csv
expect 0 report usage --from 2026-02-01 --to 2026-04-20 --lane live --json
says '"energy":"156000"'
expect 0 report usage --from 2026-02-01 --to 2026-03-01 --details --json
says '"energy":"80000"'
says '"pending":"-24000"'
expect 0 report decree --from 2026-04-01 --to 2026-05-01 --json
says '"state":"OK","unit":"kWh","missing_from":"2026-04-20T00:00:00+03:00"'
expect 0 projection rebuild --compare
finish
