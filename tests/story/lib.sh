# shellcheck shell=sh disable=SC2034
# What the stories share: a folder of their own, the program run with its code and words checked, a
# daemon, small input files. A test sources it and ends with `finish`.
#
#   expect CODE WORD...   runs the program on the directory $dir; its output is in $out, $err
#   prints <<TEXT         the output is this text
#   says, lacks TEXT      the output has, has not the text         complains TEXT: standard error has it
#   field NAME            value of a field of the output's last JSON object, without quotes
# The first thing that is not so is told with the command; the test goes on and fails at its end.
set -u
LC_ALL=C
export LC_ALL
program=$ENERLOG_BUILD_DIR/enerlog
folder=$(mktemp -d) || exit 1
dir=$folder/data
out=$folder/out
err=$folder/err
transcript=/dev/null
command=
daemon=
failed=0

end() {
    [ -z "$daemon" ] || kill -KILL "$daemon" 2>/dev/null
    rm -rf "$folder"
}
trap end EXIT
trap 'exit 1' HUP INT TERM

[ -x "$program" ] || { echo "SKIP: $program is not built"; exit 77; }

finish() {
    [ "$failed" = 0 ] || echo "$failed checks failed"
    [ "$failed" = 0 ]
    exit $?
}

# fault TEXT: counts and tells what is wrong, with the command it is about.
fault() {
    failed=$((failed + 1))
    printf 'after: enerlog %s\n  %s\n' "$command" "$1"
    sed 's/^/  out: /' "$out" | head -n 20
    sed 's/^/  err: /' "$err" | head -n 20
}

expect() {
    wanted=$1
    shift
    command=$(printf '%.300s' "$*")
    "$program" -D "$dir" "$@" >"$out" 2>"$err" </dev/null
    code=$?
    {
        printf '$ enerlog %s\n' "$command"
        cat "$out"
        sed 's/^/! /' "$err"
        echo "exit $code"
    } >>"$transcript"
    [ "$code" = "$wanted" ] || fault "exit code $code instead of $wanted"
}

prints() {
    cat >"$folder/wanted"
    diff "$folder/wanted" "$out" >"$folder/difference" || fault "the output differs (< wanted, > got):
$(cat "$folder/difference")"
}

says() { grep -qF -- "$1" "$out" || fault "the output lacks: $1"; }
lacks() { ! grep -qF -- "$1" "$out" || fault "the output has: $1"; }
complains() { grep -qF -- "$1" "$err" || fault "standard error lacks: $1"; }
is_silent() { [ ! -s "$out" ] || fault "there is output"; }

# same WANTED GOT WHAT
same() { [ "$1" = "$2" ] || fault "$3: $2 instead of $1"; }

field() { tail -n 1 "$out" | sed -n "s/.*\"$1\":\"\{0,1\}\([^\",}]*\).*/\1/p"; }

# The log's size, read by the program.
log_size() {
    "$program" -D "$dir" log tail --lines 1 --json | sed -n 's/^{"seq":\([0-9]*\).*/\1/p' |
        awk '{ size = $1 + 1 } END { print size + 0 }'
}

# --- the daemon -------------------------------------------------------------------------------

start_daemon() {
    : >"$folder/serve.out"
    : >"$folder/serve.err"
    "$program" -D "$dir" serve --port 0 >"$folder/serve.out" 2>"$folder/serve.err" &
    daemon=$!
    tries=0
    until grep -q '127\.0\.0\.1:' "$folder/serve.out" "$folder/serve.err"; do
        tries=$((tries + 1))
        if [ "$tries" -gt 600 ] || ! kill -0 "$daemon" 2>/dev/null; then
            fault "the daemon did not start: $(cat "$folder/serve.out" "$folder/serve.err")"
            return 1
        fi
        sleep 0.05
    done
    port=$(cat "$folder/serve.out" "$folder/serve.err" | sed -n 's/.*127\.0\.0\.1:\([0-9]*\).*/\1/p' | head -n 1)
}

# stop_daemon: it ends cleanly when asked to.
stop_daemon() {
    kill -TERM "$daemon"
    wait "$daemon"
    code=$?
    daemon=
    [ "$code" = 0 ] || fault "the daemon ended with $code: $(cat "$folder/serve.err")"
}

# --- input files ------------------------------------------------------------------------------

# xml_day YYYYMMDD NUMBER: a message 80020 in windows-1251; stdin: a line "point channel first" a channel.
# Slot i of the day has first + i; a first of "-" leaves all values empty.
xml_day() {
    printf '<?xml version="1.0" encoding="windows-1251"?>\n<message class="80020" version="2" number="%s">\n' "$2"
    printf '<datetime><timestamp>20130501120000</timestamp><daylightsavingtime>1</daylightsavingtime><day>%s</day></datetime>\n' "$1"
    printf '<sender><inn>7700000001</inn><name>\317\320\310\314\305\320</name></sender>\n'
    printf '<area timezone="1"><inn>7700000100</inn><name>\317\321-110</name>\n'
    awk '
        $1 != point { if (point != "") print "</measuringpoint>"; point = $1
            printf "<measuringpoint code=\"%s\" name=\"\302\342\356\344 %s\">\n", point, point }
        { printf "<measuringchannel code=\"%s\" desc=\"x\">\n", $2
          for (i = 0; i < 48; i++) {
              end = (i + 1) % 48
              printf "<period start=\"%02d%02d\" end=\"%02d%02d\"><value>%s</value></period>\n",
                  int(i / 2), i % 2 * 30, int(end / 2), end % 2 * 30, $3 == "-" ? "" : $3 + i
          }
          print "</measuringchannel>" }
        END { if (point != "") print "</measuringpoint>" }'
    printf '</area>\n</message>\n'
}

# le NUMBER: four bytes, the lowest first.
le() {
    # shellcheck disable=SC2059
    printf "$(printf '\\%03o\\%03o\\%03o\\%03o' $(($1 % 256)) $(($1 / 256 % 256)) $(($1 / 65536 % 256)) $(($1 / 16777216)))"
}

# zip_of FILE ARCHIVE: an archive with one packed member, made of what gzip says (raw bytes, CRC and
# size), as no packer of archives is part of every machine.
zip_of() {
    name=$(basename "$1")
    gzip -nc "$1" >"$folder/packed"
    size=$(($(wc -c <"$folder/packed") - 18))
    tail -c +11 "$folder/packed" | head -c "$size" >"$folder/raw"
    {
        tail -c 8 "$folder/packed" | head -c 4
        le "$size"
        tail -c 4 "$folder/packed"
        le "${#name}"
    } >"$folder/sizes"
    {
        printf 'PK\003\004\024\000\000\000\010\000\000\000\041\000'
        cat "$folder/sizes"
        printf '%s' "$name"
        cat "$folder/raw"
        printf 'PK\001\002\024\000\024\000\000\000\010\000\000\000\041\000'
        cat "$folder/sizes"
        printf '\000\000\000\000\000\000\000\000\000\000\000\000\000\000%s' "$name"
        printf 'PK\005\006\000\000\000\000\001\000\001\000'
        le $((46 + ${#name}))
        le $((30 + ${#name} + size))
        printf '\000\000'
    } >"$2"
}

# --- damage -----------------------------------------------------------------------------------

# flip FILE OFFSET: that byte becomes its complement.
flip() {
    byte=$(od -An -tu1 -j "$2" -N 1 "$1")
    # shellcheck disable=SC2059
    printf "$(printf '\\%03o' $((255 - byte)))" | dd of="$1" bs=1 seek="$2" conv=notrunc 2>/dev/null
}
