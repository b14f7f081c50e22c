#!/usr/bin/env bash
# Systems of each kind, through the command line: what they are sent, what is stored of what they
# answer. Nothing that they are sent gives the answer away, and no key is stored.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

make_texts 10 texts.jsonl
make_suite suite.yaml texts.jsonl
run() { # SUITE MODEL RUN OPTION…
    run_expect 0 "$proofsheet" run "$1" --model "$2" --run "$3" -q "${@:4}"
}

answers() { # RUN
    sql "$1" 'SELECT sample.id, outcome, answer, error FROM response JOIN sample USING (sample_id) ORDER BY item_id'
}

# The suite's data, no more than three samples a task. The files of the repository are not touched.
media_suite() { # FILE DATASET METRIC CONDITIONS
    printf 'suite: media\ntasks:\n  - name: task\n    dataset: %s\n    prompt: Say what it is.\n    metrics: [%s]\n    conditions: [%s]\n    limit: 3\n' \
        "$repository/datasets/$2" "$3" "$4" >"$1"
}
media_suite documents.yaml documents anls ''
media_suite speech.yaml speech wer ''
head -n 3 "$repository/datasets/documents/samples.jsonl" >documents.rows
head -n 3 "$repository/datasets/speech/samples.jsonl" >speech.rows

# What the systems saw (a file) holds the questions and none of the answers.
assert_gives_nothing_away() { # FILE ROWS
    local reference
    jq -r '.references[]' "$2" >references
    while read -r reference; do
        [ ${#reference} -lt 4 ] || ! grep -qF -- "$reference" "$1" || fail "'$reference' was sent"
    done <references
    jq -r '.attributes | keys[]' "$2" | sort -u >names
    while read -r name; do
        ! grep -qF "\"$name\"" "$1" || fail "the attribute $name was sent"
    done <names
}

say "replay: what was recorded, with its outcome and clock"
cat >recorded.jsonl <<'JSON'
{"id":"t00000","answer":"Question 00000.","latency_ms":250,"confidence":0.75}
{"id":"t00001","answer":"nonsense"}
{"id":"t00002","answer":"I don't know"}
{"id":"t00003","outcome":"refused","error":"not allowed"}
{"id":"t00004","outcome":"timed out"}
{"id":"t00005","outcome":"failed","error":"it broke"}
{"id":"t00006","answer":"question 00006","epoch":0}
{"id":"t00007","answer":"question 00007","condition":"*"}
JSON
run suite.yaml replay/recorded.jsonl replayed.proof
answers replayed.proof >replayed
assert_eq "outcomes" "$(cut -d'|' -f2 replayed | tr '\n' ' ')" \
    "answered answered abstained refused timed out failed answered answered failed failed "
assert_contains "the reason" "$(sed -n 4p replayed)" "not allowed"
assert_contains "the reason" "$(sed -n 9p replayed)" "no recorded prediction"
assert_eq "latency and confidence" \
    "$(sql replayed.proof 'SELECT (finished_ns - scheduled_ns) / 1000000, confidence FROM response WHERE item_id = 0')" \
    "250|0.75"
assert_eq "scores" \
    "$(sql replayed.proof 'SELECT item_id, numerator FROM score ORDER BY item_id' | tr '\n' ' ')" "0|1.0 1|0.0 6|1.0 7|1.0 "

say "exec: a jq program"
run suite.yaml "exec/jq -c --unbuffered '{id, answer: .parts[0].text}'" jq.proof --max-connections 2
assert_eq "right answers" "$(sql jq.proof 'SELECT sum(numerator) FROM score')" 10.0

say "exec: a program that is given media"
cat >look.py <<'PY'
import hashlib, json, os, sys
for line in sys.stdin:
    request = json.loads(line)
    with open(sys.argv[1], "a") as log:
        log.write(line)
    files = [value for part in request["parts"] for key, value in part.items() if key in ("image", "audio")]
    digests = [hashlib.sha256(open(path, "rb").read()).hexdigest() for path in files]
    spans = [{"name": "look", "start_ns": 1000, "end_ns": 2000}]
    print(json.dumps({"id": request["id"], "answer": " ".join(digests), "input_tokens": 3,
                      "output_tokens": 4, "confidence": 0.5, "spans": spans}), flush=True)
PY
mkdir tmp
TMPDIR=$folder/tmp run documents.yaml "exec/python3 look.py seen.documents" looked.proof --max-connections 2 --temperature 0.25
assert_eq "pictures as they were sent" "$(sql looked.proof 'SELECT answer FROM response ORDER BY item_id')" \
    "$(jq -r '.parts[] | select(.image).sha256' documents.rows)"
assert_eq "prompts" "$(jq -r .prompt seen.documents | sort -u)" "Say what it is."
assert_eq "questions" "$(jq -r '.parts[] | select(.text).text' seen.documents | sort)" \
    "$(jq -r '.parts[] | select(.text).text' documents.rows | sort)"
assert_eq "options" "$(jq -r .options.temperature seen.documents | sort -u)" 0.25
assert_gives_nothing_away seen.documents documents.rows
assert_eq "tokens and spans" \
    "$(sql looked.proof "SELECT input_tokens, output_tokens, confidence, (SELECT group_concat(name || ' ' || (end_ns - start_ns)) FROM span WHERE span.item_id = response.item_id) FROM response WHERE item_id = 0")" \
    "3|4|0.5|look 1000"
run speech.yaml "exec/python3 look.py seen.speech" heard.proof
assert_eq "recordings as they were sent" "$(sql heard.proof 'SELECT answer FROM response ORDER BY item_id')" \
    "$(jq -r '.parts[] | select(.audio).sha256' speech.rows)"
assert_gives_nothing_away seen.speech speech.rows
assert_eq "media files that were left behind" "$(find tmp -mindepth 1)" ""

say "exec: capture conditions change what is sent, the same way on every run"
media_suite worse.yaml documents anls 'blur@2, jpeg@30'
run worse.yaml "exec/python3 look.py seen.worse" worse.proof --max-connections 2
run worse.yaml "exec/python3 look.py seen.worse" worse2.proof --max-connections 1
assert_eq "different media" "$(sql worse.proof 'SELECT count(DISTINCT answer) FROM response WHERE sample_id = 0')" 3
sql worse.proof 'SELECT item_id, answer FROM response ORDER BY item_id' >worse.sent
sql worse2.proof 'SELECT item_id, answer FROM response ORDER BY item_id' >worse2.sent
assert_same_files "media that were sent" worse.sent worse2.sent

say "exec: a confidence, or what it is made of"
run suite.yaml "exec/jq -c --unbuffered 'if .id % 2 == 0 then {id, answer: \"x\", confidence: 0.5} else {id, answer: \"x\", logprobs: [-1, -3]} end'" both.proof
assert_eq "confidences" "$(sql both.proof 'SELECT round(confidence, 6), count(*) FROM response GROUP BY 1' | tr '\n' ' ')" "0.135335|5 0.5|5 "
assert_eq "where they come from" "$(sql both.proof "SELECT value FROM info WHERE name = 'fact confidence'")" \
    "stated and token log-probabilities"

say "exec: programs that go wrong"
run suite.yaml "exec/while read -r line; do echo gibberish; done" gibberish.proof
assert_eq "outcomes" "$(answers gibberish.proof | cut -d'|' -f2 | sort | uniq -c | xargs)" "10 failed"
run suite.yaml "exec/read -r line; exec sleep 600" asleep.proof --timeout 0.5 --limit 3 --max-connections 3
assert_eq "outcomes" "$(answers asleep.proof | cut -d'|' -f2 | sort | uniq -c | xargs)" "3 timed out"
run_expect 69 "$proofsheet" run suite.yaml --model "exec/echo no licence >&2; exit 3" --run dead.proof -q
assert_contains "the message" "$err" "no licence"
assert_one_message
[ -z "$(jobs -r)" ] || fail "programs are left: $(jobs -r)"

say "openai: streamed answers"
start_mock --sse-chunks 8 --token-delay-ms 15
run suite.yaml openai/mock plain.proof
run suite.yaml openai/mock streamed.proof --stream
answers plain.proof >plain
answers streamed.proof >streamed
assert_same_files "answers" streamed plain
assert_eq "clocks of answers that were not streamed" \
    "$(sql plain.proof 'SELECT count(first_token_ns) + count(token_gaps_us) FROM response')" 0
assert_eq "times to first token, in order" \
    "$(sql streamed.proof 'SELECT count(*) FROM response WHERE started_ns < first_token_ns AND first_token_ns < finished_ns')" 10
assert_eq "token gaps, of 8 pieces" \
    "$(sql streamed.proof 'SELECT DISTINCT length(token_gaps_us) / 4 FROM response')" 7
gap_us=$(sql streamed.proof 'SELECT hex(token_gaps_us) FROM response' | fold -w8 \
    | while read -r hex; do echo $((16#${hex:6:2}${hex:4:2}${hex:2:2}${hex:0:2})); done | sort -n | sed -n 35p)
say "median gap: $gap_us us"
assert_number "median token gap in us, of 15,000" "$gap_us > 10000 && $gap_us < 60000"
run_expect 0 "$proofsheet" report streamed.proof -q -o streamed.json
first_ms=$(jq '.tasks[0].whole.cells[] | select(.metric == "first_token_p50").estimate.value' streamed.json)
whole_ms=$(jq '.tasks[0].whole.cells[] | select(.metric == "latency_p50").estimate.value' streamed.json)
assert_number "first token and whole answer in ms" "$first_ms > 0 && $first_ms + 80 < $whole_ms"

say "openai: probabilities of tokens become the confidence, streamed or not"
confidences() { sql "$1" 'SELECT item_id, round(confidence, 12) FROM response ORDER BY item_id'; }
fact() { sql "$1" "SELECT value FROM info WHERE name = 'fact confidence'"; } # RUN
assert_eq "confidences that were not asked for" "$(sql plain.proof 'SELECT count(confidence) FROM response')" 0
run suite.yaml openai/mock sure.proof --logprobs
PROOFSHEET_LOGPROBS=1 run suite.yaml openai/mock sure-streamed.proof --stream
for i in 0 1 2 3 4 5 6 7 8 9; do
    curl -s "$OPENAI_BASE_URL/chat/completions" -d "{\"logprobs\":true,\"messages\":[{\"role\":\"user\",\"content\":\"question 0000$i\"}]}" \
        | jq -r "\"$i|\" + (.choices[0].logprobs.content | map(.logprob) | add / length | exp | . * 1e12 | round / 1e12 | tostring)"
done >means
assert_number "different means" "$(cut -d'|' -f2 means | sort -u | wc -l) > 5"
confidences sure.proof >sure
confidences sure-streamed.proof >sure-streamed
assert_same_files "confidences" sure means
assert_same_files "confidences of streamed answers" sure-streamed means
assert_eq "where they come from" "$(fact sure.proof)" "token log-probabilities"
stop "$mock_pid"

say "openai: what reaches the server"
start python3 "$tests/record_server.py" received.jsonl
export OPENAI_BASE_URL="http://127.0.0.1:${ready_line##*:}/v1/"
echo 'OPENAI_API_KEY="sk-not-a-real-key-0123456789"' >.env
run documents.yaml openai/vision asked.proof --max-connections 1 --temperature 0 --seed 5 --max-tokens 99 -o asked.html -o asked.json
mv received.jsonl documents.received
run speech.yaml openai/vision spoken.proof --max-connections 1
mv received.jsonl speech.received
rm .env
assert_eq "paths" "$(jq -r .path documents.received speech.received | sort -u)" /v1/chat/completions
assert_eq "keys" "$(jq -r .authorization documents.received | sort -u)" "Bearer sk-not-a-real-key-0123456789"
assert_eq "options" "$(jq -c '.body | [.model, .temperature, .seed, .max_tokens]' documents.received | sort -u)" '["vision",0,5,99]'
jq -r '.body.messages[0].content[] | select(.type == "image_url").image_url.url' documents.received \
    | while IFS=, read -r head data; do
        assert_eq "the head" "$head" "data:image/png;base64"
        base64 -d <<<"$data" | sha256sum | cut -d' ' -f1
    done >documents.digests
# Media are prepared on several threads, so requests may overtake each other.
assert_eq "pictures" "$(sort documents.digests)" "$(jq -r '.parts[] | select(.image).sha256' documents.rows | sort)"
assert_eq "texts" "$(jq -c '[.body.messages[0].content[] | select(.type == "text").text]' documents.received | sort)" \
    "$(jq -c '["Say what it is."] + [.parts[] | select(.text).text]' documents.rows | sort)"
jq -r '.body.messages[0].content[] | select(.type == "input_audio").input_audio | .format + " " + .data' speech.received \
    | while read -r format data; do
        base64 -d <<<"$data" >sound
        echo "$format $(head -c 4 sound) $(dd if=sound bs=1 skip=8 count=4 status=none)"
    done >speech.heads
assert_eq "recordings" "$(sort speech.heads | uniq -c | xargs)" "3 wav RIFF WAVE"
jq 'del(.body.messages[0].content[] | select(.type != "text"))' documents.received >documents.texts
assert_gives_nothing_away documents.texts documents.rows
! grep -l sk-not-a-real-key asked.* spoken.* || fail "the key was stored"
