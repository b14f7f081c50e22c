#!/usr/bin/env bash
# compare: two and three runs on the samples they share, and what could not be paired.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

awk 'BEGIN { for (i = 0; i < 120; i++)
    printf "{\"id\":\"s%d\",\"cluster\":\"c%d\",\"parts\":[{\"text\":\"q%d\"}],\"references\":[\"yes\"],\"attributes\":{\"codec\":\"%s\"}}\n",
        i, i / 2, i, substr("ab", i % 2 + 1, 1) }' >data.jsonl
sed -n '1~3!p' data.jsonl >fewer.jsonl
awk '{ print (NR * 7919) % 121 "\t" $0 }' data.jsonl | sort -n | cut -f2- >shuffled.jsonl

# Right for every i but those that the condition names, which are OTHER.
predictions() { # FILE CONDITION [OTHER]
    awk -v other="${3:-\"answer\":\"no\"}" 'BEGIN { for (i = 0; i < 120; i++)
        printf "{\"id\":\"s%d\",%s,\"latency_ms\":100}\n", i, ('"$2"') ? other : "\"answer\":\"yes\"" }' >"$1"
}
make_run() { # NAME DATASET [LINE…]
    make_suite "$1.yaml" "$2" 'slicers: ["attribute:codec"]' "${@:3}"
    run_expect 0 "$proofsheet" run "$1.yaml" --model "replay/$1.jsonl" --run "$1.proof" -q
}
row() { # FILE SLICE METRIC MEMBER
    jq -r --arg s "$2" --arg m "$3" "[.tables[].rows[] | select(.slice == \$s and .metric == \$m)][0].$4" "$1"
}

predictions one.jsonl 'i % 10 == 0'
predictions two.jsonl 'i % 10 == 0 || (i % 2 == 1 && i < 40)'
make_run one data.jsonl
make_run two data.jsonl

say "differences, wins and losses, flipped samples"
run_expect 0 "$proofsheet" compare one.proof two.proof -o out.json -o out.html -o out.csv -o out.md --flips 5
assert_eq "worse rows" "$(row out.json all exact_match worse)" 20
assert_eq "better rows" "$(row out.json all exact_match better)" 0
assert_eq "the change" "$(row out.json attribute:codec=b exact_match change)" worse
assert_eq "no change" "$(row out.json attribute:codec=a exact_match change)" ""
assert_number "the difference" "$(row out.json all exact_match difference.value) - (-16.6667) < 0.001"
assert_number "its interval" "$(row out.json all exact_match difference.high) < 0"
assert_number "p adjusted" "$(row out.json all exact_match p_adjusted) >= $(row out.json all exact_match p)"
assert_eq "flips" "$(jq -r '[.tables[] | select(.id == "task.flips") | .rows[]] | length' out.json)" 5
assert_contains "the terminal" "$out" "worse"

say "the order of the data and the number of processors do not matter"
predictions shuffled.jsonl.predictions 'i % 10 == 0 || (i % 2 == 1 && i < 40)'
make_suite shuffled.yaml shuffled.jsonl 'slicers: ["attribute:codec"]'
run_expect 0 "$proofsheet" run shuffled.yaml --model replay/one.jsonl --run one-shuffled.proof -q
run_expect 0 "$proofsheet" run shuffled.yaml --model replay/two.jsonl --run two-shuffled.proof -q
run_expect 0 "$proofsheet" compare one-shuffled.proof two-shuffled.proof -o shuffled.json
numbers() { jq -c '[.tables[] | select(.id | endswith("flips") | not) | .rows[] | select(.metric == "exact_match" or .metric == "answered")] | sort_by(.slice, .metric)' "$1"; }
numbers out.json >wanted
numbers shuffled.json >got
assert_same_files "numbers of shuffled data" got wanted
run_expect 0 taskset -c 0 "$proofsheet" compare one.proof two.proof -o single.json --flips 5
assert_same_files "one processor" single.json out.json

say "three runs"
run_expect 0 "$proofsheet" compare one.proof two.proof one.proof -o three.json
assert_eq "tables" "$(jq '[.tables[] | select(.id == "task.metrics")] | length' three.json)" 2

say "what could not be paired"
predictions some.jsonl 'i % 4 == 0' '"outcome":"refused"'
make_run some data.jsonl
run_expect 0 "$proofsheet" compare one.proof some.proof -o some.json
assert_eq "answered by the first only" "$(row some.json all exact_match only_first)" 30
assert_eq "answered share" "$(row some.json all answered change)" worse
cp one.jsonl fewer.jsonl.predictions
make_suite fewer.yaml fewer.jsonl 'slicers: ["attribute:codec"]'
run_expect 0 "$proofsheet" run fewer.yaml --model replay/one.jsonl --run fewer.proof -q
run_expect 65 "$proofsheet" compare one.proof fewer.proof
assert_one_message
assert_contains "the message" "$err" "other data"
run_expect 0 "$proofsheet" compare one.proof fewer.proof --allow-other-data -o fewer.json
assert_contains "the notes" "$(jq -r '.notes[]' fewer.json)" "40 rows of one.proof have no partner"
assert_eq "pairs" "$(row fewer.json all exact_match difference.n)" 80
make_suite limited.yaml data.jsonl 'slicers: ["attribute:codec"]'
run_expect 0 "$proofsheet" run limited.yaml --model replay/two.jsonl --limit 30 --run limited.proof -q
run_expect 0 "$proofsheet" compare one.proof limited.proof -o limited.json
assert_eq "pairs with a limited run" "$(row limited.json all exact_match difference.n)" 30

say "what is not two runs"
run_expect 64 "$proofsheet" compare one.proof
run_expect 66 "$proofsheet" compare one.proof nowhere.proof
run_expect 65 "$proofsheet" compare one.proof data.jsonl
run_expect 64 "$proofsheet" compare one.proof two.proof -o out.unknown
