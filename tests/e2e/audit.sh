#!/usr/bin/env bash
# audit: planted gaps are found, and what is not there is not; controls contradict; small and empty
# groups are said to be so; wrong labels, a target mix and a policy do what they say.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

# A dataset DATA.jsonl and answers of a system to it, PREDICTIONS.jsonl, from Python that yields
# (sample, answer) pairs. Numbers are drawn by a generator with a seed.
generate() { # NAME <<PYTHON
    {
        printf 'import json, random\nR = random.Random(20261126)\n'
        printf 'def sample(i, label, cluster=None, **attributes):\n'
        printf '    return {"id": f"s{i:05d}", "cluster": cluster or f"c{i}", "parts": [{"text": f"question {i}"}], "references": [label], "attributes": attributes}\n'
        cat
        printf 'data, answers = open("%s.jsonl", "w"), open("%s.answers.jsonl", "w")\n' "$1" "$1"
        printf 'for row, *given in rows():\n    data.write(json.dumps(row) + "\\n")\n'
        printf '    for answer in given: answers.write(json.dumps({"id": row["id"], **answer}) + "\\n")\n'
    } >generate.py
    python3 generate.py
}

make_run() { # NAME [DATASET [LINE…]]
    make_suite "$1.yaml" "${2:-$1.jsonl}" "${@:3}"
    run_expect 0 "$proofsheet" run "$1.yaml" --model "replay/$1.answers.jsonl" --run "$1.proof" -q
}

audit() { # NAME FLAG…
    run_expect 0 "$proofsheet" audit "$1.proof" "${@:2}" -o "$1.json"
}

# cell FILE TABLE FILTER MEMBER: of the first row that the filter of jq chooses.
cell() {
    jq -r ".tables[] | select(.id == \"task.$2\") | [.rows[] | select($3)][0].$4" "$1.json"
}

# ---------------------------------------------------------------------------------------------
say "a planted gap is found, what is not there is not"
generate gap <<'END'
def rows():
    for i in range(1600):
        device = "phone" if R.random() < 0.5 else "laptop"
        tone = "rude" if i % 2 else "polite"
        label = R.choice(["yes", "no"])
        wrong = R.random() < (0.30 if device == "phone" else 0.12)
        answer = label if not wrong else {"yes": "no", "no": "yes"}[label]
        sure = (0.55 if wrong else 0.75) + 0.25 * R.random()
        yield sample(i, label, f"c{i // 2}", device=device, tone=tone), {"answer": answer.upper(), "confidence": sure}
END
make_run gap
audit gap --group device --group tone -o gap.html -o gap.md -o gap.csv
assert_contains "the reason" "$out" "are worse than the rest"
assert_eq "phone" "$(cell gap groups '.by == "device" and .group == "phone"' finding)" worse
assert_eq "laptop" "$(cell gap groups '.by == "device" and .group == "laptop"' finding)" better
for tone in polite rude; do
    assert_eq "tone $tone" "$(cell gap groups ".by == \"tone\" and .group == \"$tone\"" finding)" ""
done
low=$(cell gap groups '.group == "phone"' difference.low) high=$(cell gap groups '.group == "phone"' difference.high)
assert_number "the interval holds the truth" "$low < 18 && 18 < $high && $low > 5"
assert_eq "crossings" "$(jq '[.tables[] | select(.id == "task.groups") | .rows[] | select(.by == "device × tone")] | length' gap.json)" 4
assert_number "p adjusted" "$(cell gap groups '.group == "phone"' p_adjusted) < 0.001"
# The same numbers by another way.
python3 - <<'END' >wanted
import json
data = [json.loads(line) for line in open("gap.jsonl")]
answers = {a["id"]: a["answer"].lower() for a in map(json.loads, open("gap.answers.jsonl"))}
def rate(rows, count):
    rows = list(rows)
    return 100 * sum(map(count, rows)) / len(rows)
def yes(row): return answers[row["id"]] == "yes"
def label(row): return row["references"][0] == "yes"
of = {d: [r for r in data if r["attributes"]["device"] == d] for d in ("phone", "laptop")}
wrong = {d: rate(of[d], lambda r: yes(r) != label(r)) for d in of}
said = {d: rate(of[d], yes) for d in of}
true = {d: rate(filter(label, of[d]), yes) for d in of}
false = {d: rate((r for r in of[d] if not label(r)), yes) for d in of}
def gap(r): return abs(r["phone"] - r["laptop"])
for value in (gap(wrong), gap(said), gap(true), gap(false), max(gap(true), gap(false)), true["phone"], 100 - wrong["phone"]):
    print(f"{value:.6f}")
END
{
    for measure in "error rate" "demographic parity" "equal opportunity" "false positives"; do
        cell gap gaps ".by == \"device\" and .measure == \"$measure\"" gap.value
    done
    cell gap gaps '.by == "device" and (.measure | startswith("equalised odds"))' gap.value
    cell gap decisions '.group == "phone"' true_positive.value
    cell gap minimum '.by == "device"' value.value
} | xargs printf '%.6f\n' >got
assert_same_files "gaps and rates" got wanted
assert_eq "worst group" "$(cell gap minimum '.by == "device"' group)" phone
assert_number "p of the gap" "$(cell gap gaps '.by == "device" and .measure == "error rate"' p) < 0.01"
assert_number "p of no gap" "$(cell gap gaps '.by == "tone" and .measure == "error rate"' p) > 0.05"

say "the policy: coverage and accuracy, counted again"
threshold=$(cell gap policy '.group == "phone"' threshold)
python3 - "$threshold" <<'END' >wanted
import json, sys
least = float(sys.argv[1]) - 1e-12
data = {r["id"]: r for r in map(json.loads, open("gap.jsonl"))}
answers = [json.loads(line) for line in open("gap.answers.jsonl")]
def right(a): return a["answer"].lower() == data[a["id"]]["references"][0]
phone = [a for a in answers if data[a["id"]]["attributes"]["device"] == "phone"]
rest = [a for a in answers if data[a["id"]]["attributes"]["device"] != "phone"]
kept = [a for a in phone if a["confidence"] >= least]
accuracy = lambda rows: 100 * sum(map(right, rows)) / len(rows)
assert accuracy(kept) >= accuracy(rest) > accuracy(phone)
more = [a for a in phone if a["confidence"] >= least - 0.02]
assert accuracy(more) < accuracy(rest), "a lower threshold would do"
for value in (100 * len(kept) / len(phone), accuracy(kept), 100 * len(kept + rest) / len(answers), accuracy(kept + rest)):
    print(f"{value:.6f}")
END
for member in group_coverage group_value coverage after; do
    cell gap policy '.group == "phone"' $member.value
done | xargs printf '%.6f\n' >got
assert_same_files "the policy" got wanted
assert_contains "the policy in words" "$(cell gap policy '.group == "phone"' policy)" "to a human"
audit gap --group device --action abstain
assert_contains "another action" "$(cell gap policy '.group == "phone"' policy)" "abstain"
assert_contains "calibration" "$(jq -r '.tables[] | select(.id == "task.calibration").note' gap.json)" "the system states"

say "wrong labels: the number that it names changes the verdict, and fewer do not"
audit gap --group device
n=$(cell gap labels '.by == "device"' labels)
where=$(cell gap labels '.by == "device"' where)
relabel() { # N: as many answers that are right and of the rest, or wrong and of the group, change
    python3 - "$1" "$where" <<'END'
import json, sys
n, where = int(sys.argv[1]), sys.argv[2]
answers = {a["id"]: a["answer"].lower() for a in map(json.loads, open("gap.answers.jsonl"))}
rows = [json.loads(line) for line in open("gap.jsonl")]
with open("relabelled.jsonl", "w") as out:
    for row in rows:
        is_group = row["attributes"]["device"] == "phone"
        is_right = answers[row["id"]] == row["references"][0]
        if n > 0 and is_group == (where == "in the group") and is_right == (where == "in the rest"):
            row["references"] = ["no" if row["references"][0] == "yes" else "yes"]
            n -= 1
        out.write(json.dumps(row) + "\n")
assert n == 0
END
    cp gap.answers.jsonl relabelled.answers.jsonl
    make_run relabelled
    audit relabelled --group device
}
relabel $((n + 8))
assert_eq "after $((n + 8)) of them" "$(cell relabelled groups '.group == "phone"' finding)" ""
rm relabelled.proof
relabel $((n - 8))
assert_eq "after $((n - 8)) of them" "$(cell relabelled groups '.group == "phone"' finding)" worse
assert_number "at random the difference was larger" \
    "$(cell gap noise '.rate == 5' random.value) > $(cell gap groups '.group == "phone"' difference.value)"

say "no gap is not found"
generate even <<'END'
def rows():
    for i in range(900):
        yield sample(i, "right", group="abc"[i % 3], kind="x" if i < 3 else "yz"[i % 2]), {"answer": "right" if R.random() > 0.2 else "wrong"}
END
make_run even
audit even --group group
assert_contains "the reason" "$out" "none of 3 groups is shown to be worse"
assert_contains "the notes" "$out" "equalised odds do not apply: the references are not all yes or no"
assert_contains "the notes" "$out" "no calibration: the system states no confidence"
assert_eq "no policy" "$(jq '[.tables[] | select(.id == "task.policy")] | length' even.json)" 0

say "small groups are said to be small, empty crossings are named"
audit even --group kind --group group
assert_eq "three rows" "$(cell even groups '.by == "kind" and .group == "x"' finding)" "too small"
assert_eq "its p" "$(cell even groups '.by == "kind" and .group == "x"' p_adjusted.value)" null
assert_eq "in the balance" "$(cell even balance '.group == "x"' finding)" "too small"
assert_number "gaps leave it out" "$(cell even gaps '.by == "kind"' left_out) == 1"
audit even --group kind --group group --min-n 400
assert_eq "groups of 300" "$(cell even groups '.by == "group" and .group == "a"' finding)" "too small"
generate hole <<'END'
def rows():
    for i in range(400):
        tone = "ab"[i % 2]
        yield sample(i, "right", f"c{i // 4}", tone=tone, device="phone" if tone == "a" else R.choice(["phone", "laptop"])), {"answer": "right"}
END
make_run hole
audit hole --group tone --group device
assert_eq "the empty crossing" "$(cell hole balance '.finding == "empty"' group)" "a × laptop"
assert_contains "the notes" "$out" "1 of 4 crossings of tone × device have no rows: a × laptop"
# 4 rows a source, of them 2 of tone a: Kish's n is (Σm)²/Σm² = 200²/(100·4)
assert_eq "effective n" "$(cell hole balance '.group == "a"' effective)" 100

# ---------------------------------------------------------------------------------------------
say "pairs: a control contradicts, or does not"
pairs() { # NAME CHANCE-CONTROL [PAIRS-WITH-CONTROL]
    generate "$1" <<END
def rows():
    n = 0
    for pair in range(400):
        base = R.random() < 0.9
        # what was right turns wrong with these chances
        flips = {"polite": 0, "rude": 0.25, "filler": $2}
        for name in flips:
            wrong = R.random() < flips[name] if base else True
            attributes = {"pair": f"p{pair}", "tone": "rude" if name == "rude" else "polite"}
            if name == "filler": attributes["control"] = "true"
            if name == "filler" and pair >= ${3:-400}: continue
            n += 1
            yield sample(n, "right", f"c{pair}", **attributes), {"answer": "wrong" if wrong else " Right "}
END
    make_run "$1"
    audit "$1" --group tone
}
pairs against 0.25
assert_eq "finding" "$(cell against pairs true finding)" "contradicted by the control"
assert_number "the naive finding is there" "$(cell against pairs true p_adjusted) < 0.001"
assert_eq "controls" "$(cell against pairs true controls)" 400
pairs few 0.25 6
assert_eq "six controls say nothing" "$(cell few pairs true finding)" "not told apart from the control"
pairs for 0.02
assert_eq "finding" "$(cell for pairs true finding)" "worse, beyond the control"
assert_eq "what was changed" "$(cell for pairs true pair)" "polite → rude"
assert_number "flips" "$(cell for pairs true flips.low) < 22.5 && $(cell for pairs true flips.high) > 22.5"
assert_number "flips beyond" "$(cell for pairs true beyond.low) < 20.7 && $(cell for pairs true beyond.high) > 20.7"
# McNemar's exact test of the counts, by another way.
python3 - "$(cell for pairs true first_only)" "$(cell for pairs true second_only)" "$(cell for pairs true p)" <<'END'
import math, sys
b, c, got = int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])
p = min(1, 2 * sum(math.comb(b + c, k) for k in range(min(b, c) + 1)) / 2 ** (b + c))
assert b > 60 and abs(got - p) <= 1e-9 * p, (b, c, got, p)
END
sed '/"control"/d' for.jsonl >none.jsonl
cp for.answers.jsonl none.answers.jsonl
make_run none
audit none --group tone
assert_eq "finding" "$(cell none pairs true finding)" "worse (no control)"
audit none --group tone --reference rude
assert_eq "the other way round" "$(cell none pairs true finding) $(cell none pairs true pair)" "better (no control) rude → polite"

# ---------------------------------------------------------------------------------------------
say "epochs: agreement instead of confidence, pass@k"
generate often <<'END'
def rows():
    for i in range(60):
        n_right = [4, 3, 1][i % 3]
        group = "ab"[i % 2]
        yield (sample(i, "right", group=group),
               *({"answer": "right" if e < n_right else f"wrong", "epoch": e} for e in range(4)))
END
make_suite often.yaml often.jsonl
sed -i 's/^seed: 7/seed: 7\nepochs: 4/' often.yaml
run_expect 0 "$proofsheet" run often.yaml --model replay/often.answers.jsonl --run often.proof -q
audit often --group group
assert_contains "calibration" "$(jq -r '.tables[] | select(.id == "task.calibration").note' often.json)" "share of a sample's epochs"
# A third each: 4 of 4, 3 of 4, 1 of 4. pass@2 = 1 - C(4-c, 2)/C(4, 2) = 1, 1, 1/2; pass^2 = 1, 1/2, 0.
assert_number "pass@2" "($(cell often repeats '.k == 2' pass_at_k.value) - 250 / 3) ^ 2 < 1e-12"
assert_number "pass^2" "($(cell often repeats '.k == 2' pass_hat_k.value) - 50) ^ 2 < 1e-12"
assert_number "pass^4" "($(cell often repeats '.k == 4' pass_hat_k.value) - 100 / 3) ^ 2 < 1e-12"
# Modal answers: 1 right at 1, 1 right at 3/4, 1 wrong at 3/4. Brier: (0 + 1/16 + 9/16)/3.
assert_number "Brier" "($(cell often calibration true brier.value) - 10 / 48) ^ 2 < 1e-12"
assert_number "ECE" "($(cell often calibration true ece.value) - 100 * 2 / 3 / 4) ^ 2 < 1e-9"

run_expect 0 "$proofsheet" audit often.proof -o whole.json
assert_eq "without groups" "$(jq -r '[.tables[].id] | join(" ")' whole.json)" "task.calibration task.repeats"
assert_eq "all rows" "$(cell whole calibration true group) $(cell whole repeats true group)" "all all"

# ---------------------------------------------------------------------------------------------
say "several runs: labels in doubt"
generate labels <<'END'
def rows():
    for i in range(100):
        truth = f"answer {i}"
        label = "a wrong label" if i < 3 else truth
        yield sample(i, label, group="ab"[i % 2]), {"answer": truth if i != 50 else "off"}
END
make_run labels
for system in two three; do
    sed 's/"answer": "answer 2"/"answer": "something else"/' labels.answers.jsonl |
        { [ $system = three ] && sed 's/answer 1"/ANSWER 1 "/; s/"answer 9/"answer x/' || cat; } >$system.answers.jsonl
    make_suite $system.yaml labels.jsonl
    run_expect 0 "$proofsheet" run $system.yaml --model replay/$system.answers.jsonl --run $system.proof -q
done
run_expect 0 "$proofsheet" audit labels.proof two.proof three.proof --group group -o labels.json
jq -r '.tables[] | select(.id == "task.suspects") | .rows[] | "\(.sample) \(.agreeing) of \(.systems)"' labels.json >got
printf '%s\n' "s00000 3 of 3" "s00001 3 of 3" "s00050 3 of 3" "s00002 2 of 3" >wanted
sort -k2,2r -k1,1 got >sorted
assert_same_files "suspects" sorted wanted
assert_eq "the last one" "$(tail -n 1 got)" "s00002 2 of 3"
assert_eq "the reference" "$(cell labels suspects '.sample == "s00001"' reference)" "a wrong label"
run_expect 65 "$proofsheet" audit labels.proof gap.proof --group group
assert_contains "other data" "$err" "asked other data"

# ---------------------------------------------------------------------------------------------
say "the mix of a target"
generate mix <<'END'
def rows():
    for i in range(1000):
        device, tone = ("phone" if i < 800 else "laptop"), "ab"[i % 5 == 0]
        yield sample(i, "right", device=device, tone=tone), {"answer": "right" if R.random() < (0.9 if device == "phone" else 0.5) else "wrong"}
END
make_run mix
printf 'attribute: device\nshares: {phone: 0.3, laptop: 0.7}\naction: fallback\n' >target.yaml
audit mix --group tone --target target.yaml
python3 - <<'END' >wanted
import json
answers = [json.loads(line)["answer"] == "right" for line in open("mix.answers.jsonl")]
phone, laptop = sum(answers[:800]) / 800, sum(answers[800:]) / 200
print(f"{100 * sum(answers) / 1000:.6f}\n{100 * (0.3 * phone + 0.7 * laptop):.6f}")
w = [0.3 / 800] * 800 + [0.7 / 200] * 200
print(round(sum(w) ** 2 / sum(x * x for x in w)))
print(285)  # 200 / 0.7 rows: 85 phones and 200 laptops
END
{
    cell mix mix '.how == "as they are"' value.value | xargs printf '%.6f\n'
    cell mix mix '.how == "weighted to the target"' value.value | xargs printf '%.6f\n'
    cell mix mix '.how == "weighted to the target"' effective
    cell mix mix '.how | startswith("sub-sample")' value.n
} >got
assert_same_files "the mix" got wanted
assert_number "the sub-sample" "$(cell mix mix '.how | startswith("sub")' value.low) < $(sed -n 2p wanted) && $(cell mix mix '.how | startswith("sub")' value.high) > $(sed -n 2p wanted)"
# Both at once: their crossings are in proportion, so the shares multiply and nothing else moves.
printf 'targets:\n  - {attribute: device, shares: {phone: 30, laptop: 70}}\n  - {attribute: tone, shares: {a: 0.5, b: 0.5}}\n' >both.yaml
audit mix --group tone --target both.yaml
python3 - <<'END' >wanted
import json
answers = [json.loads(line)["answer"] == "right" for line in open("mix.answers.jsonl")]
value = 0
for lo, hi, share in ((0, 800, 0.3), (800, 1000, 0.7)):
    for b in (True, False):
        cell = [answers[i] for i in range(lo, hi) if (i % 5 == 0) == b]
        value += share * 0.5 * sum(cell) / len(cell)
print(f"{100 * value:.4f}")
END
cell mix mix '.how == "weighted to the target"' value.value | xargs printf '%.4f\n' >got
assert_same_files "raked" got wanted
printf 'attribute: device\nshares: {phone: 0.3, watch: 0.7}\n' >watch.yaml
run_expect 65 "$proofsheet" audit mix.proof --group tone --target watch.yaml
assert_contains "the message" "$err" "no scored rows with device = watch"
assert_one_message
printf 'attribute: device\nshares: {phone: 1}\n' >phone.yaml
audit mix --group tone --target phone.yaml
assert_contains "the notes" "$out" "200 rows have values that the target does not name"
printf 'targets:\n  - {attribute: tone, shares: {a: 0.9, b: 0.1}}\n  - {attribute: device, shares: {phone: 0.1, laptop: 0.9}}\n' >hole.yaml
run_expect 65 "$proofsheet" audit hole.proof --group tone --target hole.yaml
assert_contains "the message" "$err" "no weights of the rows"

# ---------------------------------------------------------------------------------------------
say "conditions and slicers are groups too"
make_suite slices.yaml even.jsonl 'slicers: ["attribute:group", modality]'
run_expect 0 "$proofsheet" run slices.yaml --model replay/even.answers.jsonl --run slices.proof -q
audit slices --group attribute:group --group condition
assert_eq "a slicer" "$(cell slices groups '.by == "attribute:group"' value.n)" 300
assert_eq "a condition" "$(cell slices groups '.by == "condition"' group)" clean
assert_contains "one group has no rest" "$(cell slices groups '.by == "condition"' why.difference)" "no other group"

say "the order of the data and the number of processors do not matter"
awk '{ print (NR * 7919) % 1601 "\t" $0 }' gap.jsonl | sort -n | cut -f2- >shuffled.jsonl
cp gap.answers.jsonl shuffled.answers.jsonl
make_run shuffled
audit shuffled --group device --group tone
audit gap --group device --group tone
for name in gap shuffled; do jq -c '.tables, .reason' $name.json >$name.numbers; done
assert_same_files "shuffled data" shuffled.numbers gap.numbers
run_expect 0 taskset -c 0 "$proofsheet" audit gap.proof --group device --group tone -o single.json
assert_same_files "one processor" single.json gap.json

say "what cannot be audited"
run_expect 64 "$proofsheet" audit gap.proof --group colour
assert_contains "the message" "$err" "there are: condition, device, tone"
assert_one_message
run_expect 64 "$proofsheet" audit gap.proof --group ""
run_expect 64 "$proofsheet" audit --group tone
run_expect 64 "$proofsheet" audit gap.proof --group tone --group tone
run_expect 64 "$proofsheet" audit gap.proof --group tone --action shout
run_expect 64 "$proofsheet" audit gap.proof --group tone --min-n -1
run_expect 64 "$proofsheet" audit gap.proof --group tone --metric nonsense
run_expect 66 "$proofsheet" audit nowhere.proof --group tone
generate many <<'END'
def rows():
    for i in range(300):
        yield sample(i, "right", serial=str(i)), {"answer": "right"}
END
make_run many
run_expect 64 "$proofsheet" audit many.proof --group serial
assert_contains "the message" "$err" "has 300 values"
