#!/usr/bin/env bash
# Tokens and dollars: from the server's counts and the run's price to reports, comparisons and gates.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

awk 'BEGIN { for (i = 0; i < 60; i++) { text = "question"; for (k = 0; k < i % 7; k++) text = text " and more"
    printf "{\"id\":\"t%02d\",\"parts\":[{\"text\":\"%s %d\"}],\"references\":[\"x\"]}\n", i, text, i } }' >texts.jsonl
make_suite suite.yaml texts.jsonl

metrics() { jq -r '.tasks[0].whole.cells[].metric' "$1" | xargs; } # FILE
value() { jq ".tasks[0].whole.cells[] | select(.metric == \"$2\").estimate.value" "$1"; } # FILE METRIC
report() { run_expect 0 "$proofsheet" report "$1.proof" -q -o "$1.json" -o "$1.txt"; } # NAME

say "tokens are reported where a server counts them, dollars where there is a price"
start_mock
run_expect 0 "$proofsheet" run suite.yaml --model openai/mock --run free.proof -q
report free
assert_contains "metrics" "$(metrics free.json)" "input_tokens output_tokens"
for absent in cost first_token_p50; do assert_lacks "metrics" "$(metrics free.json)" "$absent"; done
assert_number "input tokens" "$(value free.json input_tokens) - $(sql free.proof 'SELECT avg(input_tokens) FROM response') < 1e-9"
PROOFSHEET_PRICE_INPUT=0.15 run_expect 0 "$proofsheet" run suite.yaml --model openai/mock --run paid.proof -q --price-output 0.6
report paid
wanted=$(sql paid.proof "SELECT printf('%.15g', avg(input_tokens * 0.15 + output_tokens * 0.6) / 1e6) FROM response")
got=$(value paid.json cost)
assert_number "cost" "$wanted > 0 && ($got - $wanted) ^ 2 < ($wanted * 1e-9) ^ 2"
assert_contains "in words" "$(<paid.txt)" "cost $(printf '%.8f' "$got") \$"
assert_eq "the price is a fact" "$(jq -r '.. | .facts? // empty | .[] | select(.name == "price of input").value' paid.json)" "0.15 \$ per million tokens"

say "a price can be given and corrected afterwards"
run_expect 0 "$proofsheet" score free.proof --price-input 0.15 --price-output 0.6
report free
assert_eq "cost" "$(value free.json cost)" "$got"
run_expect 0 "$proofsheet" run suite.yaml --model openai/mock --run free.proof -q --price-input 0.3 --price-output 1.2
report free
assert_number "cost at twice the price" "($(value free.json cost) - 2 * $got) ^ 2 < ($got * 1e-9) ^ 2"
run_expect 0 "$proofsheet" score free.proof
assert_eq "the price that is left" "$(sql free.proof "SELECT value FROM info WHERE name = 'fact price of output'")" "1.2 \$ per million tokens"
stop "$mock_pid"

say "no counts, no tokens and no cost: in no table"
run_expect 0 "$proofsheet" run suite.yaml --model "exec/jq -c --unbuffered '{id, answer: \"x\"}'" --run mute.proof -q --price-input 1 --price-output 1
report mute
for absent in cost tokens; do assert_lacks "metrics" "$(metrics mute.json)" "$absent"; done
run_expect 0 "$proofsheet" compare mute.proof mute.proof -o mute-mute.json -q
for absent in cost tokens first_token; do
    assert_lacks "metrics" "$(jq -r '[.tables[].rows[].metric?] | join(" ")' mute-mute.json)" "$absent"
done
run_expect 0 "$proofsheet" compare mute.proof paid.proof -o mute-paid.json -q
assert_contains "metrics that one run has" "$(jq -r '[.tables[].rows[].metric?] | join(" ")' mute-paid.json)" cost

say "gates hold costs"
answer() { # NAME OUTPUT-TOKENS
    run_expect 0 "$proofsheet" run suite.yaml --run "$1.proof" -q --price-input 1 --price-output 5 --model \
        "exec/jq -c --unbuffered '{id, answer: \"x\", input_tokens: (100 + .id % 7), output_tokens: ($2 + .id % 3)}'"
}
answer old 20
answer same 20
answer wordy 60
printf 'rules:\n  - {metric: cost, margin_percent: 10}\n  - {metric: output_tokens, most: 40}\n' >policy.yaml
gate() { run_expect "$1" "$proofsheet" gate "$2.proof" --baseline "$3.proof" --policy policy.yaml -q -o gate.json; } # STATUS RUN BASELINE
gate 0 same old
gate 1 wordy old
verdicts() { jq -r '.tables[] | select(.id == "rules") | .rows[] | .metric + " " + .verdict' gate.json | sort | xargs; }
assert_eq "verdicts" "$(verdicts)" "cost fail output_tokens fail"
run_expect 0 "$proofsheet" score wordy.proof --price-input 0.1 --price-output 0.5
gate 1 wordy old
assert_eq "verdicts at a tenth of the price" "$(verdicts)" "cost pass output_tokens fail"
gate 1 mute old
assert_eq "verdicts where tokens are no longer counted" "$(verdicts)" "cost fail output_tokens undecided"

say "what is no price"
for flags in "--price-input 1" "--price-output 1" "--price-input 0 --price-output 0" "--price-input -1 --price-output 1" \
    "--price-input nan --price-output 1" "--price-input 1e9 --price-output 1"; do
    # shellcheck disable=SC2086 # words
    run_expect 64 "$proofsheet" run suite.yaml --model openai/mock --run none.proof $flags
    assert_one_message
    # shellcheck disable=SC2086
    run_expect 64 "$proofsheet" score old.proof $flags
done
sql old.proof "UPDATE info SET value = 'cheap' WHERE name = 'fact price of input'"
run_expect 65 "$proofsheet" report old.proof -o old.json
assert_one_message
