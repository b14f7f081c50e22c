#!/usr/bin/env bash
# The engine as a server: what clients of the OpenAI kind send and get, limits, and proofsheet as its client.
. "$(dirname "$0")/lib.sh"

fixtures=$repository/tests/engine/fixtures
start "$proofsheet" serve "$fixtures/mini-f32/lm-f32.gguf" --port 0 --max-body 1 --max-connections 8
server=$started_pid
url=${ready_line#listening on }
post() { # PATH JSON
    curl -sS --max-time 60 -o answer -w '%{http_code}' -H 'Content-Type: application/json' -d "$2" "$url$1" >status
    assert_eq "an answer in JSON" "$(jq -e 'type' answer)" '"object"'
}
ask='"messages": [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "the answer is"}], "temperature": 0, "max_tokens": 6'

say "an answer, the same every time"
post /chat/completions "{$ask, \"logprobs\": true, \"top_logprobs\": 3}"
assert_eq "status" "$(cat status)" 200
assert_eq "shape" "$(jq -c '[.object, .choices[0].message.role, (.choices[0].finish_reason | IN("stop", "length")), .usage.completion_tokens <= 6, (.choices[0].logprobs.content[0].top_logprobs | length)]' answer)" \
    '["chat.completion","assistant",true,true,3]'
jq -S 'del(.id, .created, .usage.prompt_tokens_details)' answer >first
post /chat/completions "{$ask, \"logprobs\": true, \"top_logprobs\": 3}"
jq -S 'del(.id, .created, .usage.prompt_tokens_details)' answer >second
assert_same_files "the second answer" second first
assert_number "what was there was taken up" "$(jq '.usage.prompt_tokens_details.cached_tokens' answer) > 0"

say "a stream says the same, piece by piece"
curl -sSN --max-time 60 -d "{$ask, \"stream\": true, \"stream_options\": {\"include_usage\": true}}" "$url/chat/completions" >stream
assert_eq "the end" "$(grep '^data:' stream | tail -n 1)" 'data: [DONE]'
assert_eq "the text" "$(grep '^data: {' stream | sed 's/^data: //' | jq -rj '.choices[0].delta.content // empty')" "$(jq -r '.choices[0].message.content' first)"
assert_eq "usage" "$(grep '^data: {' stream | sed 's/^data: //' | jq -s 'last.usage.completion_tokens')" "$(jq .usage.completion_tokens first)"

say "pictures, sound, stop strings, draws"
image=$(base64 -w0 "$fixtures/scene32.png")
sound=$(base64 -w0 "$fixtures/tone2s.wav")
printf '{"messages": [{"role": "user", "content": [{"type": "text", "text": "What?"}, {"type": "image_url", "image_url": {"url": "data:image/png;base64,%s"}}, {"type": "input_audio", "input_audio": {"data": "%s", "format": "wav"}}]}], "max_tokens": 3}' \
    "$image" "$sound" >body
post /chat/completions @body
assert_eq "status" "$(cat status)" 200
assert_number "positions of a picture and a sound" "$(jq .usage.prompt_tokens answer) > 60"
post /chat/completions "{\"messages\": [{\"role\": \"user\", \"content\": \"go on\"}], \"temperature\": 1.5, \"top_k\": 40, \"seed\": 5, \"max_tokens\": 8, \"stop\": [\"xyz\"]}"
assert_eq "status" "$(cat status)" 200

say "embeddings, models, health"
post /embeddings '{"input": ["red", "red", "blue"]}'
assert_number "length 1" "$(jq '[.data[0].embedding[] | . * .] | add' answer) > 0.9999"
assert_eq "the same for the same" "$(jq '.data[0].embedding == .data[1].embedding and .data[0].embedding != .data[2].embedding' answer)" true
assert_eq "models" "$(curl -sS "$url/models" | jq -r '.data[0].id')" lm-f32.gguf
assert_eq "health" "$(curl -sS "${url%/v1}/health" | jq -r .status)" ok

say "answers of the form that is asked"
hot='"messages": [{"role": "user", "content": "the answer is"}], "temperature": 1.5, "max_tokens": 400'
for seed in 1 2 3; do
    post /chat/completions "{$hot, \"seed\": $seed, \"structured_outputs\": {\"choice\": [\"red\", \"blue and red\"]}}"
    assert_eq "a choice" "$(jq -r '.choices[0] | (.message.content | IN("red", "blue and red")), .finish_reason' answer | paste -sd' ')" "true stop"
    post /chat/completions "{$hot, \"seed\": $seed, \"response_format\": {\"type\": \"json_schema\", \"json_schema\": {\"name\": \"x\", \"schema\": {\"type\": \"object\", \"properties\": {\"colour\": {\"enum\": [\"red\", \"blue\"]}, \"count\": {\"type\": \"array\", \"items\": {\"enum\": [1, 22]}, \"maxItems\": 3}}, \"required\": [\"colour\", \"count\"]}}}}"
    assert_eq "the schema" "$(jq -r '.choices[0].message.content' answer | jq -c '[(.colour | IN("red", "blue")), (.count | length <= 3 and all(IN(1, 22)))]')" '[true,true]'
done
post /chat/completions "{$ask, \"response_format\": {\"type\": \"text\"}}"
assert_eq "free text" "$(jq -r '.choices[0].message.content' answer)" "$(jq -r '.choices[0].message.content' first)"
post /chat/completions "{$hot, \"response_format\": {\"type\": \"json_object\"}}"
assert_eq "an object begins" "$(jq -r '.choices[0].message.content[:1]' answer)" "{"

say "what cannot be is said"
refused() { # STATUS PIECE JSON
    post /chat/completions "$3"
    assert_eq "status" "$(cat status)" "$1"
    assert_contains "the message" "$(jq -r .error.message answer)" "$2"
}
refused 400 "" '{"messages": ['
refused 400 "messages" '{}'
refused 400 "role" '{"messages": [{"role": "robot", "content": "x"}]}'
refused 400 "data URL" '{"messages": [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": "http://127.0.0.1/x.png"}}]}]}'
refused 400 "" '{"messages": [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}}]}]}'
refused 400 "temperature" '{"messages": [{"role": "user", "content": "x"}], "temperature": -1}'
refused 400 "schema/a: minimum" "{$ask, \"response_format\": {\"type\": \"json_schema\", \"json_schema\": {\"schema\": {\"properties\": {\"a\": {\"minimum\": 3}}}}}}"
refused 400 "response_format is not" "{$ask, \"response_format\": {\"type\": \"xml\"}}"
refused 400 "list of 1 to" "{$ask, \"structured_outputs\": {\"choice\": []}}"
refused 400 "stop" '{"messages": [{"role": "user", "content": "x"}], "stop": [""]}'
head -c 2000000 /dev/zero | tr '\0' a >large
assert_eq "too large" "$(curl -sS -o answer -w '%{http_code}' --data-binary @large "$url/chat/completions")" 413
assert_eq "no such place" "$(curl -sS -o answer -w '%{http_code}' "$url/nothing")" 404
assert_eq "no such method" "$(curl -sS -o answer -w '%{http_code}' "$url/chat/completions")" 405
long=$(printf 'word %.0s' {1..3000})
refused 400 "positions" "{\"messages\": [{\"role\": \"user\", \"content\": \"$long\"}]}"

say "a client that goes away costs nothing"
curl -sSN --max-time 0.3 -d '{"messages": [{"role": "user", "content": "go on"}], "max_tokens": 900, "stream": true}' "$url/chat/completions" >/dev/null 2>&1 || true
assert_eq "health" "$(curl -sS "${url%/v1}/health" | jq -r .status)" ok

say "proofsheet asks it, many at once"
make_texts 40 texts.jsonl
make_suite suite.yaml texts.jsonl
OPENAI_BASE_URL=$url run_expect 0 "$proofsheet" run suite.yaml --model openai/lm --max-tokens 4 --temperature 0 --max-connections 6 --stream --run a.proof -q
assert_eq "all answered" "$(sql a.proof "SELECT count(*) FROM response WHERE outcome = 'answered' AND first_token_ns > 0")" 40
stop "$server"

say "what it does not start with"
run_expect 64 "$proofsheet" serve
run_expect 64 "$proofsheet" serve "$fixtures/mini-f32/lm-f32.gguf" --sequences 0
run_expect 66 "$proofsheet" serve nowhere.gguf
