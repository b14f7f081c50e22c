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
jq -S 'del(.id, .created, .usage.prompt_tokens_details, .timings)' answer >first
post /chat/completions "{$ask, \"logprobs\": true, \"top_logprobs\": 3}"
jq -S 'del(.id, .created, .usage.prompt_tokens_details, .timings)' answer >second
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
say "pictures, recordings and texts become vectors, each of length 1"
post /embeddings "{\"input\": [{\"image\": \"data:image/png;base64,$image\"}, {\"audio\": \"$sound\"}, {\"text\": \"red\"}, \"red\", {\"image\": \"$image\"}]}"
assert_eq "five vectors" "$(jq -c '[.data[].embedding | map(. * .) | add | . > 0.9999 and . < 1.0001]' answer)" '[true,true,true,true,true]'
assert_eq "which are alike" "$(jq -c '[.data[].embedding] | [.[2] == .[3], .[0] == .[4], .[0] == .[1], .[0] == .[2]]' answer)" '[true,true,false,false]'
assert_eq "what was encoded before is not encoded again" "$(jq -c '.timings | [.encoded, .cached]' answer)" '[0,5]'
jq -c '.data[0].embedding' answer >floats
post /embeddings "{\"messages\": [{\"role\": \"user\", \"content\": [{\"type\": \"image_url\", \"image_url\": {\"url\": \"data:image/png;base64,$image\"}}]}], \"encoding_format\": \"base64\"}"
assert_eq "as base64" "$(jq -r '.data[0].embedding' answer | base64 -d | python3 -c 'import json, struct, sys
wanted = json.load(open("floats"))
got = struct.unpack("<%df" % len(wanted), sys.stdin.buffer.read())
print(max(abs(a - b) for a, b in zip(got, wanted)) < 1e-7)')" True
post /embeddings "{\"messages\": [{\"role\": \"user\", \"content\": [{\"type\": \"image_url\", \"image_url\": {\"url\": \"data:image/png;base64,$image\"}}, {\"type\": \"text\", \"text\": \"Represent it.\"}]}]}"
assert_eq "a picture with words is another vector" "$(jq -c --slurpfile floats floats '.data[0].embedding == $floats[0]' answer)" false
for wrong in '{"input": []}' '{"input": [{"image": "AAAA"}]}' '{"input": [{"image": "x", "text": "y"}]}' '{"input": "x", "dimensions": 5}' '{"input": "x", "encoding_format": "hex"}' '{}' '{"input": [1, 2]}'; do
    post /embeddings "$wrong"
    assert_eq "status of $wrong" "$(cat status)" 400
done
assert_eq "the model" "$(curl -sS "$url/models/lm-f32.gguf" | jq -r .id)" lm-f32.gguf

say "videos as frames with their times, documents as pages"
ffmpeg -v error -y -f lavfi -i color=red:s=64x48:d=2:r=5 -pix_fmt yuv420p red.mp4
make_document document.pdf
ask_about() { # TYPE MEMBER DATA-URL-TYPE FILE MORE
    printf '{"messages": [{"role": "user", "content": [{"type": "%s", "%s": {"%s": "data:%s;base64,%s"}}, {"type": "text", "text": "What?"}]}], "max_tokens": 2%s}' \
        "$1" "$1" "$2" "$3" "$(base64 -w0 "$4")" "$5" >body
    post /chat/completions @body
    assert_eq "status" "$(cat status)" 200
    jq .usage.prompt_tokens answer
}
few=$(ask_about video_url url video/mp4 red.mp4 ', "media": {"frames": 2, "max_image_side": 32}')
more=$(ask_about video_url url video/mp4 red.mp4 ', "media": {"max_image_side": 32}, "media_io_kwargs": {"video": {"num_frames": 4}}')
assert_number "more frames, more positions" "$more > $few + 20"
one=$(ask_about file file_data application/pdf document.pdf ', "media": {"pages": 1, "max_image_side": 32}')
both=$(ask_about file file_data application/pdf document.pdf ', "media": {"max_image_side": 32}')
assert_number "two pages" "$both > $one + 10"

say "times and memory of each stage come with the answer"
printf '{"messages": [{"role": "user", "content": [{"type": "image_url", "image_url": "data:image/png;base64,%s"}]}], "max_tokens": 5, "stream": true}' "$image" >body
curl -sSN --max-time 60 -d @body "$url/chat/completions" | grep '^data: {' | sed 's/^data: //' | jq -s 'map(select(.timings)) | last.timings' >timings
assert_eq "of a stream" "$(jq -c '[(.decode_ms > 0), .encoded, .cached, .vision_ms, (.prefill_ms > 0), (.first_token_ms > .prefill_ms), (.token_ms | length <= 4), (.positions > 20), (.bytes > 10000), (.bytes == .decode_bytes + .encode_bytes + .cache_bytes)]' timings)" \
    '[true,0,2,0,true,true,true,true,true,true]'

say "what an ordinary client sends"
post /chat/completions "{$ask, \"max_completion_tokens\": 2, \"n\": 1, \"stop\": null, \"seed\": null, \"top_p\": null, \"user\": \"me\", \"tools\": [], \"logit_bias\": {}, \"presence_penalty\": 0, \"frequency_penalty\": 0, \"store\": false, \"metadata\": {\"a\": \"b\"}}"
assert_eq "status and tokens" "$(cat status) $(jq .usage.completion_tokens answer)" "200 2"
post /chat/completions '{"messages": [{"role": "developer", "content": [{"type": "text", "text": "Be brief."}]}, {"role": "user", "name": "ada", "content": "a"}, {"role": "assistant", "content": "b", "refusal": null}, {"role": "user", "content": "c"}], "max_tokens": 1, "stop": "never"}'
assert_eq "status" "$(cat status)" 200

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
refused 400 "guided_choice is not known" "{$ask, \"guided_choice\": [\"a\"]}"
refused 400 "list of 1 to" "{$ask, \"structured_outputs\": {\"choice\": []}}"
refused 400 "tools" '{"messages": [{"role": "user", "content": "x"}], "tools": [{"type": "function", "function": {"name": "f"}}]}'
refused 400 "n has to be 1" '{"messages": [{"role": "user", "content": "x"}], "n": 2}'
refused 400 "presence_penalty" '{"messages": [{"role": "user", "content": "x"}], "presence_penalty": 1}'
refused 400 "not a video" '{"messages": [{"role": "user", "content": [{"type": "video_url", "video_url": {"url": "data:video/mp4;base64,AAAA"}}]}]}'
refused 400 "file_data" '{"messages": [{"role": "user", "content": [{"type": "file", "file": {"file_id": "x"}}]}]}'
refused 400 "pixels is not" '{"messages": [{"role": "user", "content": "x"}], "limits": {"pixels": -1}}'
refused 400 "frames" '{"messages": [{"role": "user", "content": "x"}], "media": {"frames": 1000}}'
refused 400 "tokens, its budget is 3" '{"messages": [{"role": "user", "content": "x"}], "limits": {"tokens": 3}}'
refused 400 "bytes of memory to take" '{"messages": [{"role": "user", "content": "x"}], "limits": {"bytes": 3}}'
refused 408 "deadline" '{"messages": [{"role": "user", "content": "x"}], "max_tokens": 8000, "limits": {"deadline_s": 0.000001}}'
refused 400 "stop" '{"messages": [{"role": "user", "content": "x"}], "stop": [""]}'
head -c 2000000 /dev/zero | tr '\0' a >large
assert_eq "too large" "$(curl -sS -o answer -w '%{http_code}' --data-binary @large "$url/chat/completions")" 413
assert_eq "too large, from a client that does not wait" "$(curl -sS -o answer -w '%{http_code}' -H 'Expect:' --data-binary @large "$url/chat/completions")" 413
assert_eq "too large, in pieces" "$(curl -sS -o answer -w '%{http_code}' -H 'Transfer-Encoding: chunked' --data-binary @large "$url/chat/completions")" 413
refused_early() { # HEADERS
    exec 3<>"/dev/tcp/127.0.0.1/$(sed 's|.*:||; s|/.*||' <<<"$url")"
    printf 'POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\n%b\r\n' "$1" >&3
    timeout 20 cat <&3 >early || fail "no end of the answer before the body"
    exec 3>&-
    assert_eq "too large, before the body comes" "$(head -n 1 early | cut -d ' ' -f 2) $(tail -n 1 early | jq -r .error.message)" "413 the body is too large"
}
refused_early 'Content-Length: 1048577\r\nExpect: 100-continue\r\n'
refused_early 'Content-Length: 99999999999\r\n'
head -c 1048576 large >largest
assert_eq "just not too large" "$(curl -sS -o answer -w '%{http_code}' --data-binary @largest "$url/chat/completions")" 400
assert_eq "no such place" "$(curl -sS -o answer -w '%{http_code}' "$url/nothing")" 404
assert_eq "no such method" "$(curl -sS -o answer -w '%{http_code}' "$url/chat/completions")" 405
long=$(printf 'word %.0s' {1..3000})
refused 400 "positions" "{\"messages\": [{\"role\": \"user\", \"content\": \"$long\"}]}"

say "a client that goes away costs nothing"
curl -sSN --max-time 0.3 -d '{"messages": [{"role": "user", "content": "go on"}], "max_tokens": 900, "stream": true}' "$url/chat/completions" >/dev/null 2>&1 || true
assert_eq "health" "$(curl -sS "${url%/v1}/health" | jq -r .status)" ok

say "media from many at once, some of whom go away: the same answers, and the server goes on"
printf '{"messages": [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": "data:image/png;base64,%s"}}, {"type": "input_audio", "input_audio": {"data": "%s"}}]}], "temperature": 0, "max_tokens": 4}' "$image" "$sound" >media.body
printf '{"input": [{"image": "%s"}, "words"]}' "$image" >embed.body
for round in 1 2 3; do
    asking=()
    for i in 1 2; do
        curl -sS --max-time 60 -d @media.body "$url/chat/completions" -o "chat.$round.$i" &
        asking+=("$!")
        curl -sS --max-time 60 -d @embed.body "$url/embeddings" -o "embed.$round.$i" &
        asking+=("$!")
        { curl -sS --max-time 0.01 -d @media.body "$url/chat/completions" -o gone 2>/dev/null || true; } &
        asking+=("$!")
    done
    wait "${asking[@]}"
    for i in 1 2; do
        assert_eq "answer" "$(jq -c .choices "chat.$round.$i")" "$(jq -c .choices chat.1.1)"
        assert_eq "vectors" "$(jq -c .data "embed.$round.$i")" "$(jq -c .data embed.1.1)"
    done
done
assert_eq "an answer" "$(jq -r '.usage.completion_tokens' chat.1.1)" 4

say "proofsheet asks it, many at once"
make_texts 40 texts.jsonl
make_suite suite.yaml texts.jsonl
OPENAI_BASE_URL=$url run_expect 0 "$proofsheet" run suite.yaml --model openai/lm --max-tokens 4 --temperature 0 --max-connections 6 --stream --run a.proof -q
assert_eq "all answered" "$(sql a.proof "SELECT count(*) FROM response WHERE outcome = 'answered' AND first_token_ns > 0")" 40
stop "$server"

say "the server's own limits, which a request can only tighten"
start "$proofsheet" serve "$fixtures/mini-f32/lm-f32.gguf" --port 0 --budget-pixels 1023 --budget-seconds 1.5 --budget-tokens 60 --budget-bytes 390000 --timeout 60
server=$started_pid
url=${ready_line#listening on }
picture="{\"type\": \"image_url\", \"image_url\": {\"url\": \"data:image/png;base64,$image\"}}"
refused 400 "1024 pixels, its budget is 1023" "{\"messages\": [{\"role\": \"user\", \"content\": [$picture]}], \"max_tokens\": 1, \"limits\": {\"pixels\": 5000}}"
refused 400 "2 seconds of sound, its budget is 1" "{\"messages\": [{\"role\": \"user\", \"content\": [{\"type\": \"input_audio\", \"input_audio\": {\"data\": \"$sound\"}}]}], \"max_tokens\": 1, \"limits\": {\"seconds\": 1}}"
refused 400 "tokens, its budget is 60" "{\"messages\": [{\"role\": \"user\", \"content\": \"$(printf 'word %.0s' {1..100})\"}], \"max_tokens\": 1}"
refused 400 "bytes of memory to take, its budget is 390000" '{"messages": [{"role": "user", "content": "x"}], "max_tokens": 8000}'
post /embeddings "{\"input\": {\"image\": \"$image\"}}"
assert_eq "embeddings too" "$(cat status)" 400
stop "$server"

say "what it does not start with"
run_expect 69 "$proofsheet" serve "$fixtures/mini-f32/lm-f32.gguf" --port 0 --max-memory 1
assert_contains "the message" "$err" "MiB besides the weights, 1 are allowed"
misused() { # MESSAGE ARGUMENT…
    run_expect 64 timeout 20 "$proofsheet" serve "${@:2}"
    assert_contains "the message" "$err" "$1"
    assert_one_message
}
misused "takes one model file" --port 0
misused "takes one model file" nowhere.gguf elsewhere.gguf --port 0
misused "--port is not from 0 to 65535" nowhere.gguf --port=99999
misused "--max-connections is not from 1 to 1000" nowhere.gguf --max-connections 0
misused "--max-body is not from 1 to 1024" nowhere.gguf --max-body 1025
misused "--sequences is not from 1 to 256" nowhere.gguf --sequences 0
misused "--threads is not from 1 to 64" nowhere.gguf --threads 65
misused "--max-memory is not 0 or more" nowhere.gguf --max-memory -1
misused "--timeout is not from 0 to 1000000" nowhere.gguf --timeout -1
misused "--budget-pixels is not 0 or more" nowhere.gguf --budget-pixels -1
misused "--budget-seconds is not from 0 to 1000000000" nowhere.gguf --budget-seconds nan
run_expect 66 "$proofsheet" serve nowhere.gguf
