# tidy.awk rules.txt -: reads the rules, then names of files from standard input, then the files.
# A broken rule is one line on standard output, "file:line: rule: what, and how to mend it"; lengths
# are notes. mawk and gawk, bytes (LC_ALL=C).

BEGIN {
    WIDTH = 100
    FUNCTION_LINES = 70
    FILE_LINES = 500
}

# --- the rules --------------------------------------------------------------------------------

FILENAME == ARGV[1] {
    sub(/#.*/, "")
    if (NF > 0) {
        rule_add()
    }
    next
}

function rule_add(   i) {
    if ($1 == "arrow") {
        arrow_from[++arrows] = $2
        arrow_to[arrows] = $3
    } else if ($1 == "never") {
        never_from[++nevers] = $2
        never_to[nevers] = $3
    } else if ($1 == "door") {
        door_header[++doors] = $2
        door_places[doors] = rest_from(3)
    } else if ($1 == "only") {
        only_places[$2] = rest_from(3)
    } else if ($1 == "name") {
        name_places[$2] = rest_from(3)
    } else if ($1 == "unsafe" || $1 == "impure") {
        word_kind[$2] = $1
    } else if ($1 == "floats" || $1 == "floats-ok" || $1 == "system" || $1 == "pure" || $1 == "pure-ok" || $1 == "readme") {
        for (i = 2; i <= NF; i++) {
            list[$1] = list[$1] " " $i
        }
    } else {
        report(FILENAME, FNR, "rules", "unknown rule " $1, "see the comments there")
    }
}

function rest_from(from,   i, text) {
    text = ""
    for (i = from; i <= NF; i++) {
        text = text " " $i
    }
    return text
}

# Is the path below one of the places? A place is a prefix, in which * stands for a part of a name.
function within(path, places,   part, i, n, pattern) {
    n = split(places, part, " ")
    for (i = 1; i <= n; i++) {
        pattern = part[i]
        gsub(/[.+]/, "[&]", pattern)
        gsub(/\*/, "[^/]*", pattern)
        if (path ~ ("^" pattern)) {
            return 1
        }
    }
    return 0
}

function report(file, line, rule, what, mend) {
    printf "%s:%d: %s: %s; %s\n", file, line, rule, what, mend
    broken++
}

function note(file, line, rule, what) {
    printf "note: %s:%d: %s: %s\n", file, line, rule, what
    notes++
}

# --- each file --------------------------------------------------------------------------------

{
    files++
    check_file($0)
}

function check_file(path,   line, number, is_c, text) {
    top = path
    sub(/\/.*/, "", top)
    is_c = path ~ /\.[ch]$/
    is_header = path ~ /\.h$/
    is_test = path ~ /_(test|fuzz|preload)\.c$/ || top == "tests"
    is_text = path ~ /\.md$/
    in_comment = 0
    in_fence = 0
    body_start = 0
    guard_seen = ""
    if (is_c) {
        see_folder(path)
    } else if (path ~ /(^|\/)README\.md$/) {
        readme_seen[path] = 1
    }
    number = 0
    while ((getline line < path) > 0) {
        number++
        check_marks(path, number, line)
        if (is_text) {
            check_links(path, number, line)
        }
        if (is_c) {
            check_include(path, number, line)
            check_width(path, number, line)
            text = code_of(line)
            check_words(path, number, text)
            check_length(path, number, line)
            if (is_header) {
                check_header(path, number, line)
            }
        }
    }
    close(path)
    if (is_header && number > 0) {
        check_guard(path)
    }
    if (is_c && number > FILE_LINES) {
        note(path, number, "length", "file of " number " lines")
    }
}

# The line without comments and without what stands in quotes.
function code_of(line,   out, c, two, i, n, quote) {
    if (!in_comment && index(line, "/*") == 0 && index(line, "//") == 0 && index(line, "\"") == 0 && index(line, "'") == 0) {
        return line
    }
    out = ""
    quote = ""
    n = length(line)
    for (i = 1; i <= n; i++) {
        c = substr(line, i, 1)
        two = substr(line, i, 2)
        if (in_comment) {
            if (two == "*/") {
                in_comment = 0
                i++
            }
        } else if (quote != "") {
            if (c == "\\") {
                i++
            } else if (c == quote) {
                quote = ""
            }
        } else if (two == "/*") {
            in_comment = 1
            out = out " "
            i++
        } else if (two == "//") {
            break
        } else if (c == "\"" || c == "'") {
            quote = c
            out = out "\"\""
        } else {
            out = out c
        }
    }
    return out
}

# --- include arrows and doors -------------------------------------------------------------------

function check_include(path, number, line,   target) {
    if (line !~ /^[ \t]*#[ \t]*include[ \t]*["<]/) {
        return
    }
    target = line
    sub(/^[ \t]*#[ \t]*include[ \t]*/, "", target)
    if (substr(target, 1, 1) == "<") {
        sub(/^</, "", target)
        sub(/>.*/, "", target)
        check_door(path, number, target)
    } else {
        sub(/^"/, "", target)
        sub(/".*/, "", target)
        check_arrow(path, number, target)
    }
}

function check_arrow(path, number, target,   to, i, allowed) {
    to = target
    sub(/\/.*/, "", to)
    if (index(target, "/") == 0 || target ~ /\.\.\//) {
        report(path, number, "path", "\"" target "\" is not a path from the root", "write #include \"" top "/...\"")
        return
    }
    if (is_test || top == "app" || top == "bench" || to == "core" || to == top) {
        return
    }
    for (i = 1; i <= arrows; i++) {
        allowed = allowed || (within(path, arrow_from[i]) && within(target, arrow_to[i]))
    }
    for (i = 1; i <= nevers; i++) {
        if (within(path, never_from[i]) && within(target, never_to[i])) {
            allowed = 0
        }
    }
    if (!allowed) {
        report(path, number, "arrow", top " may not include " target, "move what is shared to core, or pass it in as a function table (arrows: tests/tidy/rules.txt)")
    }
}

function check_door(path, number, target,   i) {
    if (is_test || top == "bench" || within(target, list["system"])) {
        return
    }
    for (i = 1; i <= doors; i++) {
        if (index(target, door_header[i]) != 1) {
            continue
        }
        if (!within(path, door_places[i])) {
            report(path, number, "door", "<" target "> belongs in" door_places[i] " only", "call what that file offers")
        }
        return
    }
    report(path, number, "door", "<" target "> has no door", "name its one place in tests/tidy/rules.txt, with a decision record")
}

# --- words --------------------------------------------------------------------------------------

# Takes the line apart into words; each is judged with what stands before and behind it.
function check_words(path, number, text,   word, before, behind, called, member) {
    before = ""
    while (match(text, /[A-Za-z_][A-Za-z0-9_]*/)) {
        before = before substr(text, 1, RSTART - 1)
        word = substr(text, RSTART, RLENGTH)
        behind = substr(text, RSTART + RLENGTH)
        called = behind ~ /^[ \t]*\(/
        member = before ~ /(\.|->)[ \t]*$/
        if (!member) {
            check_word(path, number, word, called)
        }
        before = word
        text = behind
    }
}

function check_word(path, number, word, called) {
    if (word == "float" || word == "double" || word == "strtod" || word == "atof") {
        if (within(path, list["floats"]) && !within(path, list["floats-ok"])) {
            report(path, number, "float", word " in fiscal code", "use core/fixed.h and the quantities of core/metering")
        }
    } else if (word in name_places) {
        if (!is_test && !within(path, name_places[word])) {
            report(path, number, "talk", word " outside app", "return an en_code and text in err; only app prints")
        }
    } else if (called && (word in only_places)) {
        check_only(path, number, word)
    } else if (called && (word in word_kind)) {
        check_kind(path, number, word)
    }
}

function check_only(path, number, word) {
    if (is_test || within(path, only_places[word])) {
        return
    }
    if (word ~ /alloc$|^free$|dup$|asprintf$/) {
        report(path, number, "heap", word "()", "use en_mem_alloc, en_mem_free (core/mem.h) or an arena")
    } else {
        report(path, number, "talk", word "() outside app", "return an en_code and text in err; only app prints and exits")
    }
}

function check_kind(path, number, word) {
    if (word_kind[word] == "unsafe") {
        report(path, number, "unsafe", word "()", "use core/slice.h, core/buf.h, snprintf or strtoll with its end checked")
    } else if (!is_test && within(path, list["pure"]) && !within(path, list["pure-ok"])) {
        report(path, number, "pure", word "() in code that must replay alike", "make it an event or an argument")
    }
}

# --- form ---------------------------------------------------------------------------------------

# Built from pieces, so that this file does not break its own rule.
function check_marks(path, number, line) {
    if (line ~ ("(^|[^A-Za-z_])(TO" "DO|FIX" "ME|XX" "X)([^A-Za-z_(]|$)")) {
        report(path, number, "todo", "unfinished work without a number", "finish it, or write its issue: (#12) right behind the word")
    }
}

function check_width(path, number, line) {
    gsub(/[\200-\277]/, "", line) # the second and later bytes of a UTF-8 character
    if (length(line) > WIDTH) {
        report(path, number, "width", length(line) " columns", "break the line at " WIDTH " (./dev fmt)")
    }
}

function check_header(path, number, line) {
    if (number == 1 && line !~ /^\/\*/) {
        report(path, 1, "manual", "no comment before the first line", "say what it is, who owns it, which thread may touch it, what can go wrong")
    }
    if (guard_seen == "" && line ~ /^#ifndef /) {
        guard_seen = substr(line, 9)
    }
}

function check_guard(path,   guard) {
    guard = toupper(path)
    gsub(/[^A-Z0-9]/, "_", guard)
    guard = "EN_" guard
    if (guard_seen != guard) {
        report(path, 1, "guard", "include guard is " (guard_seen == "" ? "missing" : guard_seen), "write #ifndef " guard)
    }
}

# A function's body stands between a { and a } in the first column.
function check_length(path, number, line) {
    if (line ~ /^\{/) {
        body_start = number
    } else if (line ~ /^\}/ && body_start > 0) {
        if (number - body_start - 1 > FUNCTION_LINES) {
            note(path, body_start, "length", "function of " (number - body_start - 1) " lines")
        }
        body_start = 0
    }
}

# --- documents ----------------------------------------------------------------------------------

# [text](file.md#part): a file of this tree that must be there.
function check_links(path, number, line,   target, folder) {
    if (line ~ /^ *```/) {
        in_fence = !in_fence
    }
    while (!in_fence && match(line, /\]\([^)]*\)/)) {
        target = substr(line, RSTART + 2, RLENGTH - 3)
        line = substr(line, RSTART + RLENGTH)
        sub(/#.*/, "", target)
        sub(/ .*/, "", target)
        if (target == "" || target ~ /^[a-z]+:|'/) {
            continue
        }
        folder = path
        if (!sub(/\/[^\/]*$/, "/", folder)) {
            folder = ""
        }
        if (system("test -e '" folder target "'") != 0) {
            report(path, number, "link", target " is not there", "write the path from this file's folder")
        }
    }
}

function see_folder(path,   part, n) {
    n = split(path, part, "/")
    if (n >= 2) {
        folder_seen[part[1]] = path
    }
    if (n >= 3 && within(part[1], list["readme"]) && part[1] != "tests") {
        folder_seen[part[1] "/" part[2]] = path
    }
}

function check_readmes(   folder, parent) {
    for (folder in folder_seen) {
        parent = folder
        if (!sub(/\/.*/, "", parent)) {
            parent = "."
        }
        if (index(list["readme"] " ", " " parent " ") > 0 && !((folder "/README.md") in readme_seen)) {
            report(folder "/README.md", 1, "readme", "missing", "one page: what it is, reads / writes, invariants, files, add one, try it")
        }
    }
}

END {
    check_readmes()
    printf "%d files, %d broken rules, %d notes\n", files, broken, notes
    exit broken > 0
}
