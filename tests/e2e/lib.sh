# shellcheck shell=bash
# shellcheck disable=SC2034 # variables for the tests
# What the end-to-end tests share. A test is a bash script that is given the build directory:
#     . "$(dirname "$0")/lib.sh"
# It runs in a new folder of its own, which goes away with everything it started. The first thing
# that is not as it should be ends it with a message.
set -Eeuo pipefail

tests=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
repository=$(cd "$tests/../.." && pwd)
build=$(cd "${1:?which build directory?}" && pwd)
proofsheet=$build/proofsheet
mock_server=$build/bench/mock_server
export proofsheet repository # for the commands that tests give to other shells

# Statuses that proofsheet never ends with: a sanitizer's finding is not taken for a verdict.
export ASAN_OPTIONS="exitcode=86:${ASAN_OPTIONS:-}"
export LSAN_OPTIONS="suppressions=$repository/tests/lsan.supp:print_suppressions=0"
export TSAN_OPTIONS="exitcode=87:ignore_noninstrumented_modules=1:${TSAN_OPTIONS:-}"
export UBSAN_OPTIONS="print_stacktrace=1:${UBSAN_OPTIONS:-}"

# Nothing of whoever runs the tests may show.
for name in $(compgen -e); do
    case $name in
        PROOFSHEET_* | OPENAI_* | *_API_KEY | *_BASE_URL | *_proxy | *_PROXY) unset "$name" ;;
    esac
done
export LC_ALL=C.UTF-8 TZ=UTC

folder=$(mktemp -d "${TMPDIR:-/tmp}/proofsheet-e2e.XXXXXX")
chmod 755 "$folder"
cd "$folder"
started=()

clean_up() {
    local status=$?
    trap - EXIT
    for pid in "${started[@]}"; do
        kill -KILL "$pid" 2>/dev/null || true
        wait "$pid" 2>/dev/null || true
    done
    cd /
    chmod -R u+rwX "$folder" 2>/dev/null || true
    rm -rf "$folder"
    [ "$status" -eq 0 ] || echo "FAILED: $(basename "$0") (status $status)" >&2
    exit "$status"
}
trap clean_up EXIT
trap 'echo "$0: line $LINENO: ${BASH_COMMAND:0:160}" >&2' ERR
trap 'exit 130' INT TERM

say() { printf '== %s\n' "$*"; }

# Where the test stands, for a message: the line of the script that called.
place() {
    local i
    for ((i = 1; i < ${#BASH_SOURCE[@]}; i++)); do
        [ "${BASH_SOURCE[i]}" = "${BASH_SOURCE[0]}" ] && continue
        printf '%s:%s' "$(basename "${BASH_SOURCE[i]}")" "${BASH_LINENO[i - 1]}"
        return
    done
}

fail() {
    printf '%s: %s\n' "$(place)" "$*" >&2
    exit 1
}

assert_eq() { # WHAT GOT WANTED
    [ "$2" = "$3" ] || fail "$1: got '$2', wanted '$3'"
}

assert_contains() { # WHAT TEXT PIECE
    [[ $2 == *"$3"* ]] || fail "$1: '$3' is not in: $2"
}

assert_lacks() { # WHAT TEXT PIECE
    [[ $2 != *"$3"* ]] || fail "$1: '$3' is in: $2"
}

# A comparison of numbers, in awk's words: assert_number "p50" "$p50 > 12.5"
assert_number() {
    awk "BEGIN { exit !($2) }" || fail "$1: not so: $2"
}

assert_same_files() { # WHAT GOT WANTED
    cmp -s "$2" "$3" && return
    diff -u --text "$3" "$2" | head -n 20 >&2 || true
    fail "$1: $2 and $3 differ"
}

# Runs a command; its output lies in ./stdout and ./stderr, and in the variables out and err.
run_expect() { # STATUS COMMAND…
    local wanted=$1 got=0
    shift
    "$@" >stdout 2>stderr </dev/null || got=$?
    out=$(tr -d '\0' <stdout)
    err=$(tr -d '\0' <stderr)
    [ "$got" = "$wanted" ] && return
    tail -n 30 stderr >&2
    fail "status $got, wanted $wanted: $*"
}

# One message that says what is wrong: proofsheet's own line, a few lines at most, with no trace.
assert_one_message() {
    assert_eq "messages of proofsheet" "$(grep -c '^proofsheet' stderr)" 1
    [ "$(wc -l <stderr)" -le 6 ] || fail "a long message: $err"
    assert_lacks "the message" "$err" "CRITICAL"
    assert_lacks "the message" "$err" "WARNING"
    assert_lacks "the message" "$err" "Sanitizer"
}

# Starts a program whose first line of output tells that it is ready; the line is in $ready_line,
# the process in $started_pid.
start() { # COMMAND…
    local log=$folder/started.${#started[@]}
    : >"$log"
    "$@" >"$log" 2>"$log.stderr" </dev/null &
    started_pid=$!
    started+=("$started_pid")
    local i
    for ((i = 0; i < 600; i++)); do
        [ "$(wc -l <"$log")" -gt 0 ] && break
        kill -0 "$started_pid" 2>/dev/null || { cat "$log.stderr" >&2; fail "$1 did not start"; }
        sleep 0.05
    done
    ready_line=$(head -n 1 "$log")
    [ -n "$ready_line" ] || fail "$1 is not ready after 30 s"
}

# Ends what was started, quietly.
stop() { # PID [SIGNAL]
    kill "-${2:-TERM}" "$1" 2>/dev/null || true
    wait "$1" 2>/dev/null || true
}

# Starts the mock server on a free port; openai/… reaches it.
start_mock() { # OPTION…
    start "$mock_server" --port 0 "$@"
    mock_pid=$started_pid
    export OPENAI_BASE_URL="http://127.0.0.1:${ready_line##*:}/v1"
}

# A dataset of N short texts whose reference is the text, which is what the mock server answers.
make_texts() { # N FILE
    awk -v n="$1" 'BEGIN { for (i = 0; i < n; i++)
        printf "{\"id\":\"t%05d\",\"parts\":[{\"text\":\"question %05d\"}],\"references\":[\"question %05d\"],\"attributes\":{\"third\":\"%d\"}}\n", i, i, i, i % 3 }' >"$2"
}

make_suite() { # FILE DATASET [LINE OF THE TASK…]
    {
        printf 'suite: test\nseed: 7\ntasks:\n  - name: task\n    dataset: %s\n' "$2"
        printf '    metrics: [exact_match]\n'
        local line
        for line in "${@:3}"; do printf '    %s\n' "$line"; done
    } >"$1"
}

# A PDF of two pages.
make_document() { # FILE
    python3 >"$1" <<'PY'
pages = ["Total 12.40", "Name Ada"]
objects = ["<</Type/Catalog/Pages 2 0 R>>",
           "<</Type/Pages/Kids[%s]/Count 2>>" % " ".join("%d 0 R" % (4 + 2 * i) for i in range(2)),
           "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"]
for i, text in enumerate(pages):
    stream = "BT /F1 24 Tf 50 150 Td (%s) Tj ET" % text
    objects.append("<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 200]/Contents %d 0 R"
                   "/Resources<</Font<</F1 3 0 R>>>>>>" % (5 + 2 * i))
    objects.append("<</Length %d>>stream\n%s\nendstream" % (len(stream), stream))
print("%PDF-1.4")
for i, item in enumerate(objects):
    print("%d 0 obj\n%s\nendobj" % (i + 1, item))
print("trailer<</Size %d/Root 1 0 R>>\n%%%%EOF" % (len(objects) + 1))
PY
}

sql() { # FILE QUERY
    sqlite3 -batch "$1" "$2"
}

# What a run found out, in one text: every item with its answer, its scores and its slices. Two
# runs that asked the same have the same, whenever and however often they were interrupted.
dump() { # FILE
    sql "$1" "SELECT item_id, sample_id, condition, epoch, hex(key), outcome, quote(answer),
                     quote(error), finish_reason, input_tokens, output_tokens
              FROM response ORDER BY item_id;
              SELECT item_id, metric.name, quote(numerator), quote(denominator), quote(more)
              FROM score JOIN metric ON metric.id = score.metric ORDER BY item_id, metric.name;
              SELECT item_id, slicer.name, key, quote(value)
              FROM slice JOIN slicer ON slicer.id = slice.slicer ORDER BY item_id, slicer.name;
              SELECT sample_id, task, id, cluster, content FROM sample ORDER BY sample_id"
}
