#!/usr/bin/env bash
# The bundled engine as a system under test: text, pictures and sound through a GGUF pair (random weights,
# so the answers mean nothing; that they are the same every time does).
. "$(dirname "$0")/lib.sh"

fixtures=$repository/tests/engine/fixtures
cp "$fixtures"/scene32.png "$fixtures"/tone2s.wav .
cat >samples.jsonl <<'JSON'
{"id": "text", "parts": [{"text": "What is the answer?"}], "references": ["x"]}
{"id": "picture", "parts": [{"image": "scene32.png"}, {"text": "What is in it?"}], "references": ["x"]}
{"id": "sound", "parts": [{"audio": "tone2s.wav"}, {"text": "What is heard?"}], "references": ["x"]}
{"id": "both", "parts": [{"image": "scene32.png"}, {"audio": "tone2s.wav"}, {"text": "Do they belong together? <|im_end|>"}], "references": ["x"]}
JSON
make_suite suite.yaml samples.jsonl
model=reference/unified:$fixtures/mini-f32/lm-f32.gguf

say "every modality is answered, and the same at any number of connections"
run_expect 0 "$proofsheet" run suite.yaml --model "$model" --max-tokens 12 --max-connections 1 --run a.proof -q --logprobs
run_expect 0 "$proofsheet" run suite.yaml --model "$model" --max-tokens 12 --max-connections 3 --run b.proof -q
answers() { sql "$1" "SELECT id, outcome, quote(answer), input_tokens, output_tokens FROM response JOIN sample USING (sample_id) ORDER BY id"; }
assert_eq "the same answers" "$(answers a.proof)" "$(answers b.proof)"
assert_eq "all answered" "$(sql a.proof "SELECT count(*) FROM response WHERE outcome = 'answered' AND output_tokens > 0 AND first_token_ns > 0")" 4
assert_number "a picture takes more positions" "$(sql a.proof "SELECT (SELECT input_tokens FROM response JOIN sample USING (sample_id) WHERE id = 'picture') > (SELECT input_tokens FROM response JOIN sample USING (sample_id) WHERE id = 'text')") == 1"
assert_number "confidence of tokens" "$(sql a.proof 'SELECT min(confidence) FROM response') > 0 && $(sql a.proof 'SELECT max(confidence) FROM response') < 1"
assert_contains "the trace" "$(sql a.proof "SELECT group_concat(name || detail) FROM span")" '"prefill_ms"'
assert_eq "what a user writes ends no turn" "$(sql a.proof "SELECT count(*) FROM response WHERE finish_reason IN ('stop', 'length')")" 4

say "the trace tells times and memory of each stage, the cache's hits too"
span() { # RUN SAMPLE NAME JQ
    sql "$1" "SELECT detail FROM span JOIN response USING (item_id) JOIN sample USING (sample_id) WHERE id = '$2' AND name = '$3'" | jq -c "$4"
}
assert_eq "decoding" "$(span a.proof both decode '[.pixels, .seconds, (.bytes > 100000), (.decode_ms > 0), (.positions > 60)]')" '[1024,2,true,true,true]'
# One tile, which is the overview too, and one window of sound; twice each.
assert_eq "encoding" "$(sql a.proof "SELECT sum(detail ->> 'encoded'), sum(detail ->> 'cached'), min(detail ->> 'bytes') > 0 FROM span WHERE name = 'encode'")" '2|4|1'
assert_eq "each sense" "$(sql a.proof "SELECT max(detail ->> 'vision_ms') > 0, max(detail ->> 'audio_ms') > 0 FROM span WHERE name = 'encode'")" '1|1'
assert_eq "prefill" "$(span a.proof both prefill '[(.prefill_ms > 0), (.bytes > 1000000)]')" '[true,true]'
assert_eq "the answer" "$(span a.proof both answer '[(.tokens <= 12), (.first_ms > 0), (.answer_ms > 0), (.bytes > 1000000)]')" '[true,true,true,true]'
assert_eq "stages follow each other" "$(sql a.proof "SELECT count(*) FROM (SELECT start_ns, end_ns, lag(end_ns, 1, 0) OVER (PARTITION BY item_id ORDER BY position) AS before FROM span) WHERE start_ns < before - 1000000 OR end_ns < start_ns")" 0
assert_eq "each token" "$(sql a.proof 'SELECT count(*) FROM response WHERE length(token_gaps_us) = 4 * (output_tokens - 1)')" 4

say "a budget refuses before anything is encoded"
budget() { # PIECE SAMPLES-REFUSED FLAG…
    local piece=$1 ids=$2
    shift 2
    rm -f budget.proof
    run_expect 0 "$proofsheet" run suite.yaml --model "$model" --max-tokens 4 --run budget.proof -q "$@"
    assert_eq "refused by $1" "$(sql budget.proof "SELECT group_concat(id) FROM (SELECT id FROM response JOIN sample USING (sample_id) WHERE outcome = 'failed' AND error LIKE '%its budget is%' ORDER BY id)")" "$ids"
    assert_contains "the message" "$(sql budget.proof "SELECT max(error) FROM response")" "$piece"
    assert_eq "nothing was encoded" "$(sql budget.proof "SELECT count(*) FROM span JOIN response USING (item_id) WHERE outcome = 'failed' AND name <> 'decode'")" 0
    assert_contains "the trace names the budget" "$(sql budget.proof "SELECT max(detail) FROM span WHERE name = 'decode'")" '"budget_'
    assert_contains "the run's options" "$(sql budget.proof "SELECT value FROM info WHERE name = 'fact options'")" '"budget_'
}
budget "1024 pixels, its budget is 1000" both,picture --budget-pixels 1000
budget "2 seconds of sound, its budget is 1.5" both,sound --budget-seconds 1.5
budget "tokens, its budget is 30" both,picture,sound --budget-tokens 30
budget "bytes of memory to take, its budget is 100000" both,sound --budget-bytes 100000
run_expect 64 "$proofsheet" run suite.yaml --model reference/modular --budget-pixels 5 --run modular.proof -q
run_expect 64 "$proofsheet" run suite.yaml --model replay/none.jsonl --budget-pixels 5 --run replay.proof -q
run_expect 64 "$proofsheet" run suite.yaml --model "$model" --budget-pixels -5 --run negative.proof -q

say "a time limit ends encoding too"
run_expect 0 "$proofsheet" run suite.yaml --model "$model" --timeout 0.000001 --run late.proof -q
assert_eq "late" "$(sql late.proof "SELECT count(*) FROM response WHERE outcome = 'timed out'")" 4

say "videos as frames with their times, documents as pages"
ffmpeg -v error -y -f lavfi -i color=red:s=64x48:d=2:r=5 -f lavfi -i color=blue:s=64x48:d=2:r=5 \
    -filter_complex '[0:v][1:v]concat=n=2:v=1:a=0' -pix_fmt yuv420p colours.mp4
make_document document.pdf
cat >made.jsonl <<'JSON'
{"id": "video", "parts": [{"video": "colours.mp4"}, {"text": "Which colours?"}], "references": ["x"]}
{"id": "document", "parts": [{"page": "document.pdf"}, {"text": "What is the total?"}], "references": ["x"]}
JSON
make_suite made.yaml made.jsonl
for sampling in uniform keyframe hierarchical; do
    run_expect 0 "$proofsheet" run made.yaml --model "$model" --max-tokens 4 --frames 2 --sampling $sampling --max-image-side 64 --run "$sampling.proof" -q
    assert_eq "answered" "$(sql "$sampling.proof" "SELECT count(*) FROM response WHERE outcome = 'answered'")" 2
    assert_eq "two frames" "$(span "$sampling.proof" video ingest '.parts[0].frames_s | length')" 2
    assert_eq "pixels of them" "$(span "$sampling.proof" video decode .pixels)" $((2 * 64 * 48))
done
assert_eq "the cut is seen" "$(span keyframe.proof video ingest '.parts[0].frames_s[1] | round')" 2
assert_number "a page" "$(span uniform.proof document decode .pixels) > 2000"

say "an encoder's file that is named, and none"
run_expect 0 "$proofsheet" run suite.yaml --model "$model+$fixtures/mini-f32/mmproj-f32-idefics3-qwen3a.gguf" --max-tokens 12 --run c.proof -q
assert_eq "the same answers" "$(answers c.proof)" "$(answers a.proof)"
mkdir alone && cp "$fixtures/mini-f32/lm-f32.gguf" alone/
run_expect 0 "$proofsheet" run suite.yaml --model reference/unified:alone/lm-f32.gguf --max-tokens 4 --run d.proof -q
assert_contains "without senses" "$(sql d.proof "SELECT max(error) FROM response WHERE outcome = 'failed'")" "has no senses"

say "media fused by cross-attention, beside early fusion"
mkdir cross && python3 "$tests/cross_model.py" "$fixtures/mini-f32/lm-f32.gguf" cross/lm-f32.gguf
cp "$fixtures"/mini-f32/mmproj* cross/
cross=reference/unified:cross/lm-f32.gguf
run_expect 0 "$proofsheet" run suite.yaml --model "$cross" --max-tokens 12 --max-connections 1 --run cross.proof -q
run_expect 0 "$proofsheet" run suite.yaml --model "$cross" --max-tokens 12 --max-connections 4 --run cross-4.proof -q
assert_eq "all answered" "$(sql cross.proof "SELECT count(*) FROM response WHERE outcome = 'answered'")" 4
assert_eq "the same answers" "$(answers cross.proof)" "$(answers cross-4.proof)"
positions() { sql "$1" "SELECT input_tokens FROM response JOIN sample USING (sample_id) WHERE id = 'picture'"; }
assert_number "a picture takes no room in the context" "$(positions cross.proof) < $(positions a.proof)"
run_expect 0 "$proofsheet" run suite.yaml --model "$cross" --max-tokens 4 --budget-tokens "$(positions cross.proof)" --run cross-budget.proof -q
assert_eq "nor in the budget of tokens" "$(sql cross-budget.proof "SELECT outcome FROM response JOIN sample USING (sample_id) WHERE id = 'picture'")" answered
run_expect 0 "$proofsheet" compare a.proof cross.proof
sed '/"id": "picture"/s/{"image": "scene32.png"}, //' samples.jsonl >blind.jsonl
make_suite blind.yaml blind.jsonl
run_expect 0 "$proofsheet" run blind.yaml --model "$cross" --max-tokens 12 --run blind.proof -q
assert_number "the picture is seen" "$(sql blind.proof "ATTACH 'cross.proof' AS c; SELECT (SELECT answer FROM response JOIN sample USING (sample_id) WHERE id = 'picture') <> (SELECT answer FROM c.response JOIN c.sample USING (sample_id) WHERE id = 'picture')") == 1"

say "what is no model"
refused() { # STATUS PIECE MODEL
    rm -f e.proof
    run_expect "$1" "$proofsheet" run suite.yaml --model "$3" --run e.proof -q
    assert_one_message
    assert_contains "the message" "$err" "$2"
}
refused 64 "a file of weights" reference/unified:
refused 66 "nowhere.gguf" reference/unified:nowhere.gguf
refused 65 "is not a GGUF file" reference/unified:suite.yaml
refused 65 "" "reference/unified:$fixtures/mini-f32/lm-f32.gguf+suite.yaml"
