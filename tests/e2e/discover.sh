#!/usr/bin/env bash
# discover: a planted slice is found and confirmed on rows that the search did not see; what is not
# there is not confirmed; neither the order of the dataset nor the number of threads matters.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

# DATA.jsonl and the answers of a system, DATA.answers.jsonl: N sources of two samples with five
# attributes; a sample goes wrong by EXPRESSION, a chance in the words of Python.
generate() { # NAME N EXPRESSION [SEED]
    python3 - "$@" <<'END_OF_PYTHON'
import json, random, sys
name, n, expression = sys.argv[1], int(sys.argv[2]), sys.argv[3]
R = random.Random(int(sys.argv[4]) if len(sys.argv) > 4 else 20261126)
pairs = []
for source in range(n):
    for half in range(2):
        a = {"device": R.choice(["phone", "laptop", "tablet"]), "tone": R.choice(["rude", "polite"]),
             "place": R.choice(["street", "home", "office", "train"]), "month": R.choice("jfmasond"), "hand": R.choice("lr")}
        wrong = R.random() < eval(expression, {"a": a, "source": source})
        i = f"s{source}.{half}"
        pairs.append(({"id": i, "cluster": f"c{source}", "parts": [{"text": f"question {i}"}], "references": ["yes"], "attributes": a},
                      {"id": i, "answer": "no" if wrong else "yes"}))
if "shuffled" in name: R.shuffle(pairs)
with open(name + ".jsonl", "w") as data, open(name + ".answers.jsonl", "w") as answers:
    for sample, answer in pairs:
        data.write(json.dumps(sample) + "\n")
        answers.write(json.dumps(answer) + "\n")
END_OF_PYTHON
}

make_run() { # NAME
    make_suite "$1.yaml" "$1.jsonl" "slicers: [attribute:device, attribute:tone]"
    run_expect 0 "$proofsheet" run "$1.yaml" --model "replay/$1.answers.jsonl" --run "$1.proof" -q
}

keys=(--key place --key month --key hand)

discover() { # NAME FLAG…
    run_expect 0 "$proofsheet" discover "$1.proof" "${@:2}" -o "$1.json"
}

# Of the first row of slices that the filter of jq chooses.
cell() { # NAME FILTER MEMBER
    jq -r ".tables[] | select(.id == \"task.slices\") | [.rows[] | select($2)][0].$3" "$1.json"
}

# ---------------------------------------------------------------------------------------------
say "a planted slice is found and confirmed"
generate planted 1500 '0.5 if a["device"] == "phone" and a["place"] == "train" else 0.1'
make_run planted
discover planted "${keys[@]}" -o planted.html -o planted.md -o planted.csv
name="attribute:device = phone and place = train"
assert_eq "the worst" "$(cell planted true slice)" "$name"
assert_eq "the finding" "$(cell planted true finding)" confirmed
assert_contains "the reason" "$(jq -r .reason planted.json)" "confirmed (false discovery rate 10 %)"
assert_contains "the seed" "$(jq -c . planted.json)" '"seed of the halves"'
low=$(cell planted true difference.low) high=$(cell planted true difference.high)
assert_number "the interval holds the truth" "$low < 40 && 40 < $high && $low > 20"
assert_number "p" "$(cell planted true p_adjusted) < 0.001"
n=$(cell planted true n) selected=$(cell planted true selected_n)
wanted=$(jq -s '[.[] | select(.attributes.device == "phone" and .attributes.place == "train")] | length' planted.jsonl)
assert_eq "the halves part the slice" "$((n + selected))" "$wanted"
assert_eq "samples" "$(jq --arg name "$name" '[.tables[] | select(.id == "task.samples") | .rows[] | select(.slice == $name)] | length' planted.json)" 5
assert_eq "their answers" "$(jq -r '[.tables[] | select(.id == "task.samples") | .rows[] | .answer] | unique | join(",")' planted.json)" no
for id in $(jq -r --arg name "$name" '.tables[] | select(.id == "task.samples") | .rows[] | select(.slice == $name) | .sample' planted.json); do
    assert_eq "$id is in the slice" \
        "$(jq -r "select(.id == \"$id\") | .attributes.device + .attributes.place" planted.jsonl)" phonetrain
done
grep -q "$name" planted.html || fail "planted.html does not name the slice"

# ---------------------------------------------------------------------------------------------
say "the same for shuffled rows, and on one processor"
generate shuffled 1500 '0.5 if a["device"] == "phone" and a["place"] == "train" else 0.1'
make_run shuffled
discover shuffled "${keys[@]}"
jq -S .tables planted.json >one
jq -S .tables shuffled.json >two
assert_same_files "shuffled rows" two one
run_expect 0 taskset -c 0 "$proofsheet" discover planted.proof "${keys[@]}" -q -o alone.json
assert_same_files "one thread" <(jq -S .tables alone.json) one
discover planted "${keys[@]}" --seed 2
[ "$(jq -S .tables planted.json | sha256sum)" != "$(sha256sum <one)" ] || fail "another seed makes the same halves"

# ---------------------------------------------------------------------------------------------
say "noise is not confirmed, and said so"
generate noise 800 '0.5 if source % 5 == 0 else 0.1'
make_run noise
discover noise "${keys[@]}"
assert_contains "the reason" "$out" "none confirmed"
assert_eq "no samples" "$(jq '[.tables[] | select(.id == "task.samples")] | length' noise.json)" 0

# ---------------------------------------------------------------------------------------------
say "slices of all tasks are adjusted together"
make_suite two.yaml planted.jsonl "slicers: [attribute:device, attribute:tone]"
sed -n '/- name: task/,$p' two.yaml | sed 's/name: task/name: other/; s/planted/noise/' >other
cat other >>two.yaml
run_expect 0 "$proofsheet" run two.yaml --model replay/planted.answers.jsonl --run two.proof -q
discover two "${keys[@]}" --min-support 20
discover planted "${keys[@]}" --min-support 20
python3 - <<'END_OF_PYTHON'
import json
def slices(name):
    return [row for t in json.load(open(name))["tables"] if t["id"].endswith(".slices") for row in t["rows"]]
one, two = slices("planted.json"), slices("two.json")
assert len(two) > len(one) >= 1 and one[0]["slice"] == two[0]["slice"], (one, two)
# The smallest p is adjusted by the number of slices.
assert abs(two[0]["p_adjusted"] / len(two) / (one[0]["p_adjusted"] / len(one)) - 1) < 1e-9
assert min(row["p_adjusted"] for row in two) == two[0]["p_adjusted"]
END_OF_PYTHON

# ---------------------------------------------------------------------------------------------
say "rows without an answer, few sources, keys"
jq -c 'if (.id | test("7[.]")) then {id, error: "lost"} else . end' planted.answers.jsonl >lost.answers.jsonl
cp planted.jsonl lost.jsonl
make_run lost
discover lost "${keys[@]}"
assert_contains "they are errors" "$(jq -r '.notes | join(" ")' lost.json)" "300 rows without an answer count as error 1"
discover lost "${keys[@]}" --answered-only
assert_lacks "left out" "$(jq -r '.notes | join(" ")' lost.json)" "without an answer"
generate few 100 0.3
make_run few
discover few "${keys[@]}"
assert_contains "small halves" "$(jq -r '.notes | join(" ")' few.json)" "the halves are small"
generate fewer 39 0.3
make_run fewer
discover fewer
assert_contains "not searched" "$(jq -r '.notes | join(" ")' fewer.json)" "not searched: 39 sources, at least 40 are needed"
assert_contains "nor found" "$(jq -r .reason fewer.json)" "not searched"

# ---------------------------------------------------------------------------------------------
say "conditions are keys; a source's epochs and conditions are in one half"
cat >look.py <<'END_OF_PYTHON'
import json, os, random, sys
samples = map(json.loads, open(sys.argv[1]))
references = {sample["id"]: sample["references"][0] for sample in samples}
R = random.Random(1)
for line in sys.stdin:
    request = json.loads(line)
    path = next(value for part in request["parts"] for value in part.values() if os.path.exists(str(value)))
    is_jpeg = open(path, "rb").read(2) == b"\xff\xd8" # the clean pages are PNG
    wrong = R.random() < (0.6 if is_jpeg else 0.1)
    print(json.dumps({"id": request["id"], "answer": "wrong" if wrong else references[request["sample"]]}), flush=True)
END_OF_PYTHON
make_suite pages.yaml "$repository/datasets/documents" "conditions: [jpeg@10]" "slicers: [attribute:print]"
run_expect 0 "$proofsheet" run pages.yaml --model "exec/python3 look.py $repository/datasets/documents/samples.jsonl" \
    --run pages.proof --epochs 2 --max-connections 1 -q
assert_eq "outcomes" "$(sql pages.proof 'SELECT DISTINCT outcome FROM response')" answered
discover pages
assert_eq "the worst" "$(cell pages true slice)" "condition = jpeg@10"
assert_eq "the finding" "$(cell pages true finding)" confirmed
# Every sample of the tested half is there under both conditions, and twice under each.
assert_eq "rows" "$(($(cell pages true difference.n) % 4))" 0
assert_eq "rows of the slice" "$((2 * $(cell pages true n)))" "$(cell pages true difference.n)"

# ---------------------------------------------------------------------------------------------
say "what cannot be asked"
for flags in "--key nothing" "--metric nothing" "--metric latency_p50" "--level 0" "--level 9" "--fdr 0" "--fdr nan" \
    "--min-support -1" "--min-support nan" "--seed -1" "planted.proof"; do
    # shellcheck disable=SC2086 # words
    run_expect 64 "$proofsheet" discover planted.proof $flags
    assert_one_message
done
run_expect 64 "$proofsheet" discover
run_expect 66 "$proofsheet" discover missing.proof
