#!/usr/bin/env bash
# What `power` asks for, before spending: suites and runs are told apart by their bytes, a gate has
# rules that can be decided and rules that cannot, and the epochs it asks for are those that do.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

# 60 sources of 3 samples; four of the sources are a slice of their own.
awk 'BEGIN { for (c = 0; c < 60; c++) for (s = 0; s < 3; s++)
    printf "{\"id\":\"%d-%d\",\"cluster\":\"c%d\",\"parts\":[{\"text\":\"%d\"}],\"references\":[\"yes\"],\"attributes\":{\"part\":\"%s\"}}\n", c, s, c, s, c < 4 ? "small" : "large" }' >data.jsonl

# A system that is right 7 times in 10 whatever it is asked, and a worse one: mostly noise, which
# epochs average out. Recorded, so that every run of this test has the same.
answers() { # EPOCHS SEED SHARE FILE
    python3 - "$@" <<'PY'
import json, random, sys
epochs, seed, share = int(sys.argv[1]), sys.argv[2], float(sys.argv[3])
with open(sys.argv[4], "w") as out:
    for c in range(60):
        hard = random.Random(f"source {c}").gauss(0, 0.05)
        for s in range(3):
            for epoch in range(epochs):
                is_right = random.Random(f"{seed} {c} {s} {epoch}").random() < share + hard
                out.write(json.dumps({"id": f"{c}-{s}", "condition": "*", "epoch": epoch,
                                      "answer": "yes" if is_right else "no"}) + "\n")
PY
}

suite() { # FILE EPOCHS
    cat >"$1" <<YAML
suite: test
epochs: $2
tasks:
  - name: task
    dataset: data.jsonl
    metrics: [exact_match, wer]
    slicers: [attribute:part, snr]
gate:
  rules:
    - metric: exact_match
      slices: [all, attribute:part=*]
      margin: 5
    - metric: exact_match
      least: 50
    - metric: latency_p90
      margin_percent: 20
YAML
}

power() { # FILE OPTION…
    run_expect 0 "$proofsheet" power "$@" -q -o power.json
}

field() { # TABLE SLICE METRIC MEMBER
    jq -r --arg t "$1" --arg s "$2" --arg m "$3" --arg f "$4" '.tables[] | select(.id == $t) | .rows[]
        | select(.slice == $s and .metric == $m) | .[$f] | if type == "object" then .value else . end' power.json | head -n 1
}

fact() { # NAME
    jq -r --arg n "$1" '.facts | if type == "object" then .[$n] else .[] | select(.name == $n) | .value end' power.json
}

suite suite.yaml 3
answers 16 first 0.7 first.jsonl
answers 16 second 0.7 second.jsonl
for name in first second; do
    run_expect 0 "$proofsheet" run suite.yaml --model replay/$name.jsonl --run $name.proof -q
done

say "a suite alone: samples are counted, the rest is assumed and said"
power suite.yaml
assert_eq "samples of all" "$(field task all exact_match samples)" 180
assert_eq "rows of all" "$(field task all exact_match rows)" 540
assert_eq "samples of a slice" "$(field task attribute:part=small exact_match samples)" 12
assert_eq "sources of a slice" "$(field task attribute:part=small exact_match sources)" 4
assert_eq "the accuracy" "$(field task all exact_match value)" 80
assert_contains "the accuracy" "$(fact accuracy)" "0.8 (assumed)"
assert_contains "the correlation" "$(fact 'correlation of two systems')" "0.5 on a sample (assumed)"
assert_contains "the reason" "$(<power.json)" "needs a run to learn from"
# By hand: p (1 - p) = 0.16; the error is √(2 · 0.5 · (0.2 · 0.16 / 60 + 0.8 · 0.16 / 180)) = 3.528 pp,
# and 59 degrees of freedom need 2.518 of them, and one row of 540 for the step.
assert_number "standard error" "($(field task all exact_match error) - 3.528)^2 < 0.001^2"
assert_number "smallest drop" "($(field task all exact_match smallest) + 8.884 + 0.185)^2 < 0.02^2"
assert_eq "a slice of four sources" "$(field task attribute:part=small exact_match smallest)" null
power suite.yaml --correlation 0.9
assert_number "a higher correlation" "$(field task all exact_match error) < 3.528 / 2"

say "a run: what was measured"
power first.proof
assert_eq "epochs" "$(field task all exact_match epochs)" 3
assert_eq "sources" "$(field task all exact_match sources)" 60
assert_number "the value" "$(field task all exact_match value) > 66 && $(field task all exact_match value) < 74"
assert_number "noise of two answers, √(2 · 0.7 · 0.3)" "($(field task all exact_match between_epochs) - 64.8)^2 < 4"
one=$(field task all exact_match smallest)
power first.proof --tests 20
assert_number "20 tests need a larger drop" "$(field task all exact_match smallest) < $one"
needed_for_5=$(field task all exact_match samples_needed)
power first.proof --tests 20 --drop 2.5
assert_number "half the drop needs four times as many" \
    "($(field task all exact_match samples_needed) / $needed_for_5 - 4)^2 < 0.2^2"
assert_eq "the smaller drop" "$(field task all exact_match drop)" -2.5
assert_eq "a drop of errors is a rise" "$(field task all wer drop)" 2.5
power first.proof --baseline second.proof
assert_eq "the correlation" "$(fact 'correlation of two systems')" "measured on the two runs"

say "the epochs that are asked for do, and one fewer does not"
power first.proof --drop 5
epochs=$(field task all exact_match epochs_needed)
assert_contains "epochs" "$epochs" "would do"
epochs=${epochs%% *}
assert_number "epochs" "$epochs > 3 && $epochs <= 16"
smallest() { # EPOCHS: from the parts that were measured
    jq -r --argjson e "$1" '.tables[0].rows[0] | (.between_sources.value) as $a | (.between_samples.value) as $b
        | (.between_epochs.value) as $c | $a * $a / 60 + $b * $b / 180 + $c * $c / (180 * $e) | sqrt * 2.5183 + 100 / (180 * $e)' power.json
}
assert_number "with $epochs epochs" "$(smallest "$epochs") <= 5.001"
assert_number "with one fewer" "$(smallest $((epochs - 1))) > 5"
assert_number "1, 2, 4, 8 epochs: less and less" "$(field task.epochs all exact_match smallest_1) < $(field task.epochs all exact_match smallest_2) && $(field task.epochs all exact_match smallest_4) < $(field task.epochs all exact_match smallest_8)"

say "the gate: which rules can be decided, and a gate that says what would"
gate_field() { # SLICE METRIC RULE MEMBER
    jq -r --arg s "$1" --arg m "$2" --arg r "$3" --arg f "$4" '.tables[] | select(.id == "gate") | .rows[]
        | select(.slice == $s and .metric == $m and .rule == $r) | .[$f] | if type == "object" then .value else . end' power.json
}
assert_eq "a wide bound" "$(gate_field all exact_match 'at least 50%' can_decide)" yes
assert_eq "four sources never fail" "$(gate_field attribute:part=small exact_match 'not worse by 5 pp' power_to_fail)" 0
assert_contains "percentiles" "$(gate_field all latency_p90 'not worse by 20% of the baseline' can_decide)" "not covered"
assert_contains "the summary" "$(<power.json)" "of 5 rules on slices can be decided"
"$proofsheet" gate second.proof --baseline first.proof -q -o gate.json || true
reason=$(jq -r '.tables[0].rows[] | select(.slice == "attribute:part=small") | .reason' gate.json)
assert_contains "an undecided case" "$reason" "more samples like these"
assert_contains "an undecided case" "$reason" "epochs"

say "one epoch says nothing about epochs"
suite one.yaml 1
for name in first second; do
    run_expect 0 "$proofsheet" run one.yaml --model replay/$name.jsonl --run one-$name.proof -q
done
power one-first.proof
assert_eq "epochs" "$(field task all exact_match epochs_needed)" "not known"
assert_eq "tables about epochs" "$(jq '[.tables[] | select(.id == "task.epochs")] | length' power.json)" 0
"$proofsheet" gate one-second.proof --baseline one-first.proof -q -o gate.json || true
assert_lacks "the reasons" "$(jq -r '.tables[0].rows[].reason' gate.json)" epochs

say "told apart by their bytes"
cp first.proof renamed.yaml
cp suite.yaml renamed.proof
power renamed.yaml
assert_eq "a run called .yaml" "$(field task all exact_match epochs)" 3
assert_contains "a run called .yaml" "$(fact run)" renamed.yaml
power renamed.proof
assert_contains "a suite called .proof" "$(fact suite)" renamed.proof

say "what is wrong is refused"
refused() { # STATUS PIECE COMMAND…
    run_expect "$1" "$proofsheet" power "${@:3}"
    assert_contains "the message" "$err" "$2"
    assert_one_message
}
refused 64 "one suite or run"
refused 64 --alpha first.proof --alpha 0
refused 64 --alpha first.proof --alpha nan
refused 64 --power first.proof --power 1
refused 64 --tests first.proof --tests 0
refused 64 --correlation first.proof --correlation 1
refused 64 --drop first.proof --drop -1
refused 64 --accuracy suite.yaml --accuracy 1
refused 64 --icc suite.yaml --icc 1.5
refused 64 "not a run file" suite.yaml --baseline first.proof
refused 64 "must end in" first.proof -o power.zip
refused 66 absent.yaml absent.yaml
refused 66 absent.proof first.proof --baseline absent.proof
refused 78 data.jsonl data.jsonl
sqlite3 other.proof 'CREATE TABLE accounts (name)'
refused 65 "not a proofsheet run file" other.proof
sed 's/data.jsonl/gone.jsonl/' suite.yaml >gone.yaml
refused 66 gone.jsonl gone.yaml
