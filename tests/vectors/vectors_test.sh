#!/bin/sh
# The vectors of the tree pass; a wrong, an unknown and a missing result are failures that are named;
# themes that are not there yet are not counted.
set -eu
program=$ENERLOG_BUILD_DIR/enerlog-vectors
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

"$program" "$ENERLOG_SOURCE_DIR/tests/vectors/metering.json" | tail -n 1 | grep -qx '[1-9][0-9]* passed, 0 failed'

cat >"$folder/wrong.json" <<'END'
{"vectors": [
 {"id": "right", "rule": "R-13", "in": {"total": 10, "w": [1]}, "out": {"parts": [10]}},
 {"id": "wrong", "rule": "R-13", "in": {"total": 10, "w": [1]}, "out": {"parts": [11]}},
 {"id": "missing", "rule": "R-13", "in": {"total": 10, "w": [1]}, "out": {"shares": [10]}},
 {"id": "empty", "rule": "R-13", "in": {"total": 10, "w": [1]}, "out": {}},
 {"id": "input", "rule": "R-13", "in": {"total": "x", "w": [1]}, "out": {"parts": [10]}},
 {"id": "digits", "rule": "R-07", "in": {"r": "1.5", "slot": "0.1", "min_into": 30, "slot_min": 30}, "out": {"reg": "1.41"}},
 {"id": "unknown", "rule": "R-99", "in": {}, "out": {"x": 1}},
 {"id": "later", "rule": "Q-99", "in": {}, "out": {"x": 1}}
]}
END
status=0
"$program" "$folder/wrong.json" >"$folder/said" || status=$?
[ "$status" -eq 1 ]
cat >"$folder/wanted" <<'END'
wrong: parts: expected [11], got [10]
missing: shares: expected [10], got nothing
empty: no expected result
input: malformed input: input "total": a whole number is wanted
digits: reg: expected "1.41", got "1.4"
unknown: unknown rule R-99
later: not yet there
1 passed, 6 failed
END
diff "$folder/wanted" "$folder/said"

status=0
"$program" "$folder/none.json" 2>/dev/null || status=$?
[ "$status" -eq 2 ]
