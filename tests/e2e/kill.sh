#!/usr/bin/env bash
# The run file survives anything. One run of 2,000 items is killed with SIGKILL a hundred times, at
# random points, and resumed with the same command. At the end every item is there exactly once,
# nothing that was stored had been asked for again, and what the run found out is, byte for byte,
# what an uninterrupted run finds out.
#     PS_TEST_SEED=N repeats the choice of points; PS_TEST_KILLS=N takes more or fewer.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

readonly n_items=2000 n_kills=${PS_TEST_KILLS:-100}
seed=${PS_TEST_SEED:-$((RANDOM * 32768 + RANDOM))}
RANDOM=$seed
say "seed $seed"

make_texts $n_items texts.jsonl
make_suite suite.yaml texts.jsonl 'slicers: [attribute:third]'
start_mock --delay-ms 10 --log requests.log
command=("$proofsheet" run suite.yaml --model openai/mock --max-connections 4 --run run.proof -q)

# The items that a killed run holds, read from a copy so that the test itself recovers nothing.
stored_items() {
    rm -f copy.proof copy.proof-wal
    cp run.proof copy.proof 2>/dev/null || return 0
    [ ! -e run.proof-wal ] || cp run.proof-wal copy.proof-wal
    [ -s copy.proof ] || [ -s copy.proof-wal ] || return 0
    local n_tables
    n_tables=$(sql copy.proof "SELECT count(*) FROM sqlite_schema WHERE name = 'response'")
    [ "$n_tables" = 0 ] || sql copy.proof 'SELECT item_id FROM response ORDER BY item_id'
}

n_requests() { wc -l <requests.log; }

# Most kills hit the collecting, after a number of further requests; one in four hits at a point
# in time: while the file is opened, made or recovered.
wait_for_kill_point() {
    if [ $((RANDOM % 4)) = 0 ]; then
        sleep "0.$(printf '%03d' $((RANDOM % 120)))"
        return
    fi
    local until=$(($(n_requests) + RANDOM % 34))
    while [ "$(n_requests)" -lt $until ] && kill -0 "$1" 2>/dev/null; do sleep 0.002; done
}

touch requests.log stored.lines
n_done=0 n_early=0
for ((i = 1; i <= n_kills; i++)); do
    "${command[@]}" 2>run.stderr </dev/null &
    pid=$!
    started+=("$pid")
    wait_for_kill_point "$pid"
    kill -KILL "$pid" 2>/dev/null || true
    status=0
    { wait "$pid"; } 2>/dev/null || status=$?
    [ $status = 137 ] || fail "kill $i: the run ended by itself, with status $status: $(cat run.stderr)"
    n_requests_now=$(n_requests)
    stored_items >stored
    [ "$(wc -l <stored)" -ge "$n_done" ] \
        || fail "kill $i: $n_done items were stored before, $(wc -l <stored) are now"
    [ "$(wc -l <stored)" -gt "$n_done" ] || n_early=$((n_early + 1))
    n_done=$(wc -l <stored)
    awk -v n="$n_requests_now" '{ print $1, n }' stored >>stored.lines
done
say "$n_kills kills, $n_early of them before anything new was stored; $n_done of $n_items items by then"
[ "$n_done" -lt $n_items ] || fail "the run was over before the last kill"
[ "$n_done" -ge "$n_kills" ] || fail "answers are stored far too late"

run_expect 0 "${command[@]}" -o run.json -o run.html
say "$(n_requests) requests for $n_items items"

assert_eq "integrity" "$(sql run.proof 'PRAGMA integrity_check')" ok
assert_eq "items, and different ones" \
    "$(sql run.proof 'SELECT count(*), count(DISTINCT item_id), min(item_id), max(item_id) FROM response')" \
    "$n_items|$n_items|0|$((n_items - 1))"
assert_eq "files" "$(echo run.proof*)" run.proof

say "what the run showed at its end is what the file shows"
run_expect 0 "$proofsheet" report run.proof -q -o report.json -o report.html
assert_same_files "the report" run.json report.json
assert_same_files "the page" run.html report.html

say "nothing that was stored was asked for again"
again=$(awk 'FNR == NR { if (!($1 in line)) line[$1] = $2; next }
             { id = $NF + 0; if (id in line && FNR > line[id]) print "request " FNR ": item " id }' \
    stored.lines requests.log)
assert_eq "requests for stored items" "$again" ""

say "the same as without interruption"
stop "$mock_pid"
start_mock
run_expect 0 "$proofsheet" run suite.yaml --model openai/mock --run whole.proof -q
dump run.proof >run.dump
dump whole.proof >whole.dump
assert_same_files "what the runs found out" run.dump whole.dump
run_expect 0 "$proofsheet" score run.proof
dump run.proof >scored.dump
assert_same_files "scored anew" scored.dump run.dump
