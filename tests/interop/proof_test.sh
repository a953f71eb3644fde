#!/bin/sh
# A verifier that knows nothing but docs/log-format.md says of every proof what the program says.
set -eu
for tool in python3 openssl; do
    if ! command -v "$tool" >/dev/null; then
        echo "skipped: $tool is not installed"
        exit 77
    fi
done
program=$ENERLOG_BUILD_DIR/enerlog
here=$ENERLOG_SOURCE_DIR/tests/interop
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
export PYTHONDONTWRITEBYTECODE=1

"$program" -q -D "$folder/data" init --origin test.example/interop >/dev/null
"$program" -q -D "$folder/data" import --format nem12 --create --zone +10:00 \
    "$ENERLOG_SOURCE_DIR/formats/nem12/cases/two-streams/input.csv" >/dev/null
"$program" -q -D "$folder/data" object set bus1 --type bus >/dev/null
"$program" -D "$folder/data" key show --public >"$folder/log.pub"

python3 "$here/agree.py" "$program" "$folder/data" "$folder/log.pub"

# An older head that left the machine is one this log had; another log's head is not.
"$program" -q -D "$folder/data" log verify --key "$folder/log.pub" >/dev/null
cp "$folder/data/log/checkpoint" "$folder/old"
"$program" -q -D "$folder/data" object set bus2 --type bus >/dev/null
"$program" -q -D "$folder/data" log prove 0 >/dev/null
"$program" -q -D "$folder/data" log verify --key "$folder/log.pub" --checkpoint "$folder/old" >/dev/null
"$program" -q -D "$folder/other" init --origin test.example/interop >/dev/null
status=0
"$program" -q -D "$folder/other" log verify --key "$folder/log.pub" --checkpoint "$folder/old" \
    >/dev/null 2>&1 || status=$?
[ "$status" = 3 ]
cp "$folder/data/keys/log.pub" "$folder/data/keys/log.key" "$folder/other/keys/"
status=0
"$program" -q -D "$folder/other" log verify --checkpoint "$folder/old" >/dev/null 2>&1 || status=$?
[ "$status" = 3 ]

# A file that is not there is no verdict on the log.
status=0
"$program" -q -D "$folder/data" log verify --checkpoint "$folder/none" >/dev/null 2>&1 || status=$?
[ "$status" = 2 ]

"$program" -D "$folder/data" log prove 0 >"$folder/0.proof"
python3 "$here/proof.py" "$folder/0.proof" "$folder/log.pub"
