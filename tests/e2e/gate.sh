#!/usr/bin/env bash
# The gate: pass, fail and undecided through the command line, and every situation that docs/gate.md
# gives an outcome.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

# 240 samples of 80 sources, four codecs.
awk 'BEGIN { for (i = 0; i < 240; i++)
    printf "{\"id\":\"s%d\",\"cluster\":\"c%d\",\"parts\":[{\"text\":\"q%d\"}],\"references\":[\"yes\"],\"attributes\":{\"codec\":\"%s\"}}\n",
        i, i / 3, i, substr("abcd", i % 4 + 1, 1) }' >all.jsonl
grep -v '"codec":"d"' all.jsonl >abc.jsonl

# predictions FILE AWK-CONDITION: right unless the condition on i (and h, a number in 0 … 99 that
# looks random) holds; OTHER in its place.
predictions() { # FILE CONDITION [OTHER]
    awk -v other="${3:-\"answer\":\"no\"}" 'BEGIN { for (i = 0; i < 240; i++) {
        h = (i * 7919 + int(i / 7) * 104729) % 100; latency = 100 + (i * 37) % 50
        is_wrong = ('"$2"')
        if (is_wrong) printf "{\"id\":\"s%d\",%s,\"latency_ms\":%d}\n", i, other, latency
        else printf "{\"id\":\"s%d\",\"answer\":\"yes\",\"latency_ms\":%d}\n", i, latency } }' >"$1"
}

make_run() { # NAME DATASET
    printf 'suite: gate\ntasks:\n  - {name: qa, dataset: %s, metrics: [exact_match, wer], slicers: ["attribute:codec"]}\n' "$2" >"$1.yaml"
    run_expect 0 "$proofsheet" run "$1.yaml" --model "replay/$1.jsonl" --run "$1.proof" -q
}

verdict() { jq -r .verdict "$1"; }
cases() { # FILE VERDICT: "slice metric" of each
    jq -r --arg v "$2" '.tables[] | select(.id == "rules") | .rows[] | select(.verdict == $v) | .slice + " " + .metric' "$1"
}
reasons() { jq -r '.tables[] | select(.id == "rules") | .rows[] | .reason' "$1"; }

predictions old.jsonl 'h < 10'
make_run old all.jsonl
cat >policy.yaml <<'Y'
rules:
  - {metric: exact_match, slices: [all, "attribute:codec=*"], margin: 12}
  - {metric: latency_p90, margin_percent: 25}
Y

say "the same system passes"
run_expect 0 "$proofsheet" gate old.proof --baseline old.proof --policy policy.yaml -o same.json
assert_eq "verdict" "$(verdict same.json)" pass
assert_eq "cases" "$(cases same.json pass | wc -l)" 6
assert_contains "the terminal" "$out" "PASS"

say "a drop in one slice fails, and only there"
predictions worse.jsonl 'h < 10 || (i % 4 == 2 && h < 70)'
make_run worse all.jsonl
run_expect 1 "$proofsheet" gate worse.proof --baseline old.proof --policy policy.yaml -o worse.json -o worse.xml -o worse.md -o worse.html
assert_eq "verdict" "$(verdict worse.json)" fail
assert_contains "what fails" "$(cases worse.json fail)" "attribute:codec=c exact_match"
for codec in a b d; do assert_lacks "what fails" "$(cases worse.json fail)" "attribute:codec=$codec"; done
assert_number "failures in JUnit" "$(xmllint --xpath 'count(//failure)' worse.xml) >= 1"
assert_eq "test cases in JUnit" "$(xmllint --xpath 'count(//testsuite[1]/testcase)' worse.xml)" 6
assert_contains "the flipped samples" "$(jq -r '.tables[].id' worse.json)" "qa.flips"
assert_contains "the summary" "$(<worse.md)" "codec=c"

say "annotations where GitHub runs it"
run_expect 1 env GITHUB_ACTIONS=true "$proofsheet" gate worse.proof --baseline old.proof --policy policy.yaml -q
assert_contains "annotations" "$out" "::error"
run_expect 1 "$proofsheet" gate worse.proof --baseline old.proof --policy policy.yaml -q
assert_eq "elsewhere" "$out" ""

say "too few samples are undecided, and the policy says what that is worth"
cat >strict.yaml <<'Y'
rules:
  - {metric: exact_match, slices: ["attribute:codec=a"], margin: 1}
Y
run_expect 2 "$proofsheet" gate old.proof --baseline old.proof --policy strict.yaml -o strict.json
assert_contains "the reason" "$(reasons strict.json)" "more samples"
for word in pass fail; do { echo "undecided: $word"; cat strict.yaml; } >"strict-$word.yaml"; done
run_expect 0 "$proofsheet" gate old.proof --baseline old.proof --policy strict-pass.yaml -q
run_expect 1 "$proofsheet" gate old.proof --baseline old.proof --policy strict-fail.yaml -q

say "no baseline"
run_expect 2 "$proofsheet" gate old.proof --baseline nowhere.proof --policy policy.yaml -o none.json
assert_contains "stderr" "$err" "nowhere.proof"
assert_contains "the reason" "$(reasons none.json)" "there is no baseline"
{ echo "missing_baseline: pass"; cat policy.yaml; } >first.yaml
run_expect 0 "$proofsheet" gate old.proof --baseline nowhere.proof --policy first.yaml -q

say "bounds need no baseline"
cat >bounds.yaml <<'Y'
rules:
  - {metric: exact_match, least: 80}
  - {metric: wer, most: 30}
  - {metric: answered, least: 95}
  - {metric: latency_p90, most: 1000}
Y
run_expect 0 "$proofsheet" gate old.proof --policy bounds.yaml -o bounds.json
assert_eq "cases" "$(cases bounds.json pass | wc -l)" 4
sed -i 's/least: 80/least: 97/; s/most: 1000/most: 50/' bounds.yaml
run_expect 1 "$proofsheet" gate old.proof --policy bounds.yaml -o bounds.json
assert_eq "what fails" "$(cases bounds.json fail | sort | tr '\n' ' ')" "all exact_match all latency_p90 "

say "a slice that is nowhere, one that vanished, one that shrank, a metric that became undefined"
cat >slices.yaml <<'Y'
rules:
  - {metric: exact_match, slices: ["attribute:codec=z"], margin: 10}
Y
run_expect 2 "$proofsheet" gate old.proof --baseline old.proof --policy slices.yaml -o empty.json
assert_contains "nowhere" "$(reasons empty.json)" "no rows in either run"
cp old.jsonl without.jsonl
make_run without abc.jsonl
run_expect 65 "$proofsheet" gate without.proof --baseline old.proof --policy policy.yaml
assert_one_message
assert_contains "other data" "$err" "--allow-other-data"
run_expect 1 "$proofsheet" gate without.proof --baseline old.proof --policy policy.yaml --allow-other-data -o vanished.json
assert_eq "what fails" "$(cases vanished.json fail)" "attribute:codec=d exact_match"
assert_contains "vanished" "$(reasons vanished.json)" "vanished"
predictions silent.jsonl 'i % 4 == 1 && h < 50' '"outcome":"abstained"'
make_run silent all.jsonl
run_expect 2 "$proofsheet" gate silent.proof --baseline old.proof --policy policy.yaml -o shrank.json
assert_contains "shrank" "$(reasons shrank.json)" "the slice shrank"
predictions mute.jsonl 'i % 4 == 1' '"outcome":"refused"'
make_run mute all.jsonl
run_expect 1 "$proofsheet" gate mute.proof --baseline old.proof --policy policy.yaml -o undefined.json
assert_eq "what fails" "$(cases undefined.json fail)" "attribute:codec=b exact_match"
assert_contains "undefined" "$(reasons undefined.json)" "became undefined"
echo '  - {metric: exact_match, min_n: 1000, margin: 50}' >>slices.yaml
run_expect 2 "$proofsheet" gate old.proof --baseline old.proof --policy slices.yaml -o few.json
assert_contains "too few rows" "$(reasons few.json)" "the rule asks for 1000"

say "a task that vanished, one that is new, a family without rows, a metric of one run only"
printf 'suite: gate\ntasks:\n  - {name: qa, dataset: all.jsonl, metrics: [exact_match, wer], slicers: ["attribute:codec"]}\n  - {name: more, dataset: abc.jsonl, metrics: [token_f1]}\n' >two.yaml
run_expect 0 "$proofsheet" run two.yaml --model replay/old.jsonl --run two.proof -q
printf 'rules:\n  - {metric: token_f1, margin: 50}\n' >two-policy.yaml
run_expect 1 "$proofsheet" gate old.proof --baseline two.proof --policy two-policy.yaml -o gone.json
assert_eq "what fails" "$(cases gone.json fail)" "all token_f1"
assert_contains "gone" "$(reasons gone.json)" "the task vanished"
assert_contains "the notes" "$(jq -r '.notes[]' gone.json)" "task more is in two.proof only"
run_expect 2 "$proofsheet" gate two.proof --baseline old.proof --policy two-policy.yaml -o new.json
assert_contains "new" "$(reasons new.json)" "the task is not in the baseline"
printf 'rules:\n  - {metric: wer, slices: ["attribute:codek=*"], margin: 50}\n  - {metric: wer, tasks: [qa], slices: ["attribute:codec=*"], most: 90}\n' >family.yaml
run_expect 2 "$proofsheet" gate old.proof --baseline old.proof --policy family.yaml -o family.json
assert_contains "a family" "$(reasons family.json)" "no slice of that family has rows"
assert_eq "slices within the bound" "$(cases family.json pass | wc -l)" 4
sed 's/, wer\]/]/' two.yaml >one.yaml
run_expect 0 "$proofsheet" run one.yaml --model replay/old.jsonl --run one.proof -q --seed 3
run_expect 1 "$proofsheet" gate one.proof --baseline two.proof --policy family.yaml -o one.json
assert_contains "a metric" "$(reasons one.json)" "the metric vanished"
assert_contains "the notes" "$(jq -r '.notes[]' one.json)" "wer is scored in two.proof only"
assert_contains "the notes" "$(jq -r '.notes[]' one.json)" "different options"
printf 'rules:\n  - {metric: wer, margin: 50}\n' >wer.yaml
run_expect 2 "$proofsheet" gate two.proof --baseline one.proof --policy wer.yaml -o one.json
assert_contains "a new metric" "$(reasons one.json)" "the metric is not scored in both runs"
printf 'rules:\n  - {metric: wer, tasks: [nothing], margin: 5}\n' >nothing.yaml
run_expect 78 "$proofsheet" gate old.proof --baseline old.proof --policy nothing.yaml

say "policies that are wrong name file and line"
bad() { # WORDS RULE
    printf 'alpha: 0.05\nrules:\n  - {%s}\n' "$2" >bad.yaml
    run_expect 78 "$proofsheet" gate old.proof --baseline old.proof --policy bad.yaml
    assert_one_message
    assert_contains "the message" "$err" "bad.yaml"
    assert_contains "the message" "$err" "$1"
}
bad "bad.yaml:3: exact_mtch is not a metric" 'metric: exact_mtch, margin: 2'
bad "needs one of margin" 'metric: wer'
bad "needs one of margin" 'metric: wer, margin: 2, most: 3'
bad "above 0" 'metric: wer, margin: 0'
bad "above 0" 'metric: wer, margin: -3'
bad "is not a slice" 'metric: wer, margin: 3, slices: [codec]'
bad "bad.yaml:3" 'metric: wer, margin: .nan'
bad "bad.yaml:3" 'metric: wer, margin: [3]'
printf 'alpha: 0.9\nrules: [{metric: wer, margin: 2}]\n' >bad.yaml
run_expect 78 "$proofsheet" gate old.proof --policy bad.yaml
printf 'rules: [{metric: anls, margin: 2}]\n' >bad.yaml
run_expect 78 "$proofsheet" gate old.proof --policy bad.yaml
assert_contains "a metric that no task has" "$err" "anls"
run_expect 64 "$proofsheet" gate old.proof --baseline old.proof
run_expect 66 "$proofsheet" gate old.proof --policy nowhere.yaml
run_expect 65 "$proofsheet" gate old.proof --baseline policy.yaml --policy policy.yaml
run_expect 66 "$proofsheet" gate nowhere.proof --policy policy.yaml

say "the gate of a suite, at the end of a run"
{ cat worse.yaml; printf 'gate:\n'; sed 's/^/  /' policy.yaml; } >gated.yaml
run_expect 0 "$proofsheet" run gated.yaml --model replay/old.jsonl --run gated-old.proof -q
run_expect 1 "$proofsheet" run gated.yaml --model replay/worse.jsonl --run gated.proof --baseline gated-old.proof -o gated.html -o gated.xml -o gated.json -o gated.md
assert_contains "the terminal" "$out" "FAIL"
assert_number "failures in JUnit" "$(xmllint --xpath 'count(//failure)' gated.xml) >= 1"
assert_eq "the verdict in JSON" "$(jq -r .gate.verdict gated.json)" fail
assert_contains "the page" "$(<gated.html)" "attribute:codec=c"
assert_contains "the summary" "$(<gated.md)" "fail"
run_expect 1 "$proofsheet" gate gated.proof --baseline gated-old.proof -q
run_expect 64 "$proofsheet" run worse.yaml --model replay/old.jsonl --run new.proof --baseline old.proof
[ ! -e new.proof ] || fail "a run was made before the gate was checked"
