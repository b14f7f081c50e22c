#!/usr/bin/env bash
# Capture conditions through the command line: amounts, severities, chains and devices; and media that
# are damaged before any condition: what the system makes of them is recorded, the run goes on.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

# A system that says which bytes it got.
cat >digest.py <<'PY'
import hashlib, json, sys
for line in sys.stdin:
    request = json.loads(line)
    got = [hashlib.sha256(open(part[kind], "rb").read()).hexdigest()
           for part in request["parts"] for kind in ("image", "audio", "page") if kind in part]
    print(json.dumps({"id": request["id"], "answer": " ".join(got)}), flush=True)
PY
page=$(find "$repository/datasets/documents/media" -name '*.png' | sort | head -1)
sound=$(find "$repository/datasets/speech/media" -name '*.wav' -o -name '*.flac' | sort | head -1)
cp "$page" page.png
cp "$sound" "sound.${sound##*.}"
printf '{"id":"page","parts":[{"image":"page.png"}],"references":["x"]}\n' >pages.jsonl
printf '{"id":"sound","parts":[{"audio":"sound.%s"}],"references":["x"]}\n' "${sound##*.}" >sounds.jsonl

suite() { # NAME CONDITION…
    local name=$1
    shift
    printf 'suite: conditions\nseed: 3\ntasks:\n  - name: %s\n    dataset: %s.jsonl\n    metrics: [exact_match]\n    conditions: [%s]\n' \
        "$name" "$name" "$(IFS=,; printf '%s' "$*")" >"$name.yaml"
}
answers() { # RUN: of the conditions, in order
    sql "$1" 'SELECT answer FROM response ORDER BY condition'
}

say "a severity is an amount, a device is a chain"
suite pages blur/3 blur@2.5 noise@8+jpeg/2 noise/2+jpeg@40 webcam downscale@2+defocus@1+noise@6+jpeg@50
run_expect 0 "$proofsheet" run pages.yaml --model 'exec/python3 digest.py' --run pages.proof -q -o pages.txt
mapfile -t got < <(answers pages.proof)
assert_eq "conditions" "${#got[@]}" 7
assert_eq "a severity" "${got[1]}" "${got[2]}"
assert_eq "a chain" "${got[3]}" "${got[4]}"
assert_eq "a device" "${got[5]}" "${got[6]}"
[ "${got[0]}" != "${got[1]}" ] && [ "${got[1]}" != "${got[3]}" ] && [ "${got[3]}" != "${got[5]}" ]
assert_contains "the report" "$(cat pages.txt)" "webcam"
"$proofsheet" report pages.proof -o pages.html -o pages.json
assert_contains "what the device stood for" "$(cat pages.html)" "condition webcam"
assert_contains "what the severity stood for" "$(cat pages.html)" "condition blur/3"
assert_contains "two amounts are a curve" "$(cat pages.html)" 'aria-label="blur: clean '
assert_eq "amounts of slices" "$(jq -c '[.tasks[0].slices[] | select(.condition) | [.key, .condition, .amount, .amount_unit]] | sort' pages.json)" \
    '[["blur/3","blur",2.5,"px"],["blur@2.5","blur",2.5,"px"]]'

say "every condition of pictures and of sound, at its mildest and at its worst"
for kind in image audio; do
    name=pages
    [ $kind = audio ] && name=sounds
    rows=()
    for file in "$repository"/datasets/conditions/*.c; do
        if grep -qi "PS_PART_$kind" "$file"; then
            condition=$(basename "$file" .c)
            rows+=("$condition/1" "$condition/5")
        fi
    done
    suite $name "${rows[@]}"
    run_expect 0 "$proofsheet" run $name.yaml --model 'exec/python3 digest.py' --run $kind.proof -q
    assert_eq "answers of $kind" "$(sql $kind.proof "SELECT count(*) FROM response WHERE outcome = 'answered'")" $((${#rows[@]} + 1))
    # The mildest may leave a narrow or short recording as it is.
    assert_eq "different bytes of $kind" "$(sql $kind.proof 'SELECT count(DISTINCT answer) FROM response WHERE condition % 2 = 0')" \
        $((${#rows[@]} / 2 + 1))
done

say "what is not a condition"
for wrong in blur/6 blur@99 fog@1 blur@2+ webcam@1; do
    suite pages "$wrong"
    run_expect 78 "$proofsheet" run pages.yaml --model 'exec/python3 digest.py' --run wrong.proof
    assert_contains "$wrong" "$(cat stderr)" "pages.yaml:7: $wrong"
done

say "a cut JPEG, silence, nothing, a wrong extension"
ffmpeg -v error -i page.png -q:v 5 whole.jpg
head -c 3000 whole.jpg >cut.jpg
ffmpeg -v error -f lavfi -i anullsrc=r=16000:d=1 silence.wav
: >nothing.png
cp page.png page.wav
cat >pages.jsonl <<'JSON'
{"id":"cut","parts":[{"image":"cut.jpg"}],"references":["x"]}
{"id":"silence","parts":[{"audio":"silence.wav"}],"references":["x"]}
{"id":"nothing","parts":[{"image":"nothing.png"}],"references":["x"]}
{"id":"extension","parts":[{"audio":"page.wav"}],"references":["x"]}
JSON
suite pages blur@2 snr@10
run_expect 0 "$proofsheet" run pages.yaml --model 'exec/python3 digest.py' --run damaged.proof -q -o damaged.html
assert_eq "every item has an outcome" "$(sql damaged.proof 'SELECT count(*) FROM response')" 12
assert_eq "clean they are sent as they are" "$(sql damaged.proof "SELECT count(*) FROM response WHERE condition = 0 AND outcome = 'answered'")" 4
assert_contains "silence has no SNR" "$(sql damaged.proof "SELECT error FROM response JOIN sample USING (sample_id) WHERE id = 'silence' AND condition = 2")" \
    "condition snr@10 cannot be applied"
assert_contains "nothing has no picture" "$(sql damaged.proof "SELECT error FROM response JOIN sample USING (sample_id) WHERE id = 'nothing' AND condition = 1")" \
    "condition blur@2 cannot be applied"
