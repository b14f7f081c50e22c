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

say "an encoder's file that is named, and none"
run_expect 0 "$proofsheet" run suite.yaml --model "$model+$fixtures/mini-f32/mmproj-f32-idefics3-qwen3a.gguf" --max-tokens 12 --run c.proof -q
assert_eq "the same answers" "$(answers c.proof)" "$(answers a.proof)"
mkdir alone && cp "$fixtures/mini-f32/lm-f32.gguf" alone/
run_expect 0 "$proofsheet" run suite.yaml --model reference/unified:alone/lm-f32.gguf --max-tokens 4 --run d.proof -q
assert_contains "without senses" "$(sql d.proof "SELECT max(error) FROM response WHERE outcome = 'failed'")" "has no senses"

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
