#!/usr/bin/env bash
# Model files through the command line: what they are, golden cases, and what is no model.
. "$(dirname "$0")/lib.sh"

fixtures=$repository/tests/engine/fixtures

say "golden cases pass"
run_expect 0 "$proofsheet" model check "$fixtures/mini-f32" "$fixtures/mini-q8"
assert_eq "the last line" "$(tail -n 1 stdout)" "18 passed, 0 failed"

say "weights of 16 bits pass within what they are rounded by"
mkdir half
cp "$fixtures"/*.png "$fixtures"/*.wav .
cp "$fixtures/mini-f32/expected.json" half/
for file in lm-f32.gguf mmproj-f32-idefics3-qwen3a.gguf; do
    python3 "$tests/narrow_model.py" "$fixtures/mini-f32/$file" "half/$file"
done
run_expect 0 "$proofsheet" model check half
assert_eq "the last line" "$(tail -n 1 stdout)" "9 passed, 0 failed"
run_expect 0 "$proofsheet" model info --all half/lm-f32.gguf
assert_contains "a tensor" "$out" "blk.0.attn_q.weight: F16 [96, 96]"
jq '.cases[0].top10[0][1] += 0.02' half/expected.json >other.json && mv other.json half/expected.json
run_expect 1 "$proofsheet" model check half
assert_contains "a probability" "$out" "half: case 1: token 498 has"

say "another expectation fails and says where"
mkdir golden
cp "$fixtures"/*.png "$fixtures"/*.wav .
cp "$fixtures"/mini-f32/*.gguf golden/
jq '.cases[0].top10[3][1] += 0.002 | .cases[1].layout[0] = 1 | .cases[2].n_tokens = 3' "$fixtures/mini-f32/expected.json" >golden/expected.json
run_expect 1 "$proofsheet" model check golden
assert_eq "the last line" "$(tail -n 1 stdout)" "6 passed, 3 failed"
assert_contains "a probability" "$out" "golden: case 1: token 460 has"
assert_contains "a layout" "$out" "golden: case 2: layout 422 390"
assert_contains "a number of tokens" "$out" "golden: case 3: 34 positions, expected 3"

say "what a file is"
run_expect 0 "$proofsheet" model info golden/*.gguf
assert_contains "the network" "$out" "language model, layers 3, width 96"
assert_contains "the senses" "$out" "vision encoder, projector idefics3"
run_expect 0 "$proofsheet" model info --all golden/lm-f32.gguf
assert_contains "a tensor" "$out" "blk.0.attn_q.weight: F32 [96, 96]"

say "what takes part in the memory of a network with cross-attention"
python3 "$tests/cross_model.py" golden/lm-f32.gguf cross.gguf
run_expect 0 "$proofsheet" model info cross.gguf
assert_contains "the network" "$out" "language model, layers 3, width 96"
assert_contains "its media" "$out" "positions, 532.5"
assert_contains "its media" "$out" "kB for as many rows of media, "

say "a template that is not known keeps a model from running"
LC_ALL=C sed 's/<|im_end|>/<|im_fin|>/g' golden/lm-f32.gguf >strange.gguf
run_expect 0 "$proofsheet" model info strange.gguf
assert_contains "why" "$out" "does not run here: the chat template is of no family that is known here: {%"

say "what is no model"
run_expect 65 "$proofsheet" model info "$0"
head -c 100000 golden/lm-f32.gguf >cut.gguf
run_expect 65 "$proofsheet" model info cut.gguf
run_expect 66 "$proofsheet" model info nowhere.gguf
run_expect 66 "$proofsheet" model check .
assert_eq "the last line" "$(tail -n 1 stdout)" "0 passed, 0 failed"
run_expect 64 "$proofsheet" model check
jq '.lm = "../secret.gguf"' golden/expected.json >other.json && mv other.json golden/expected.json
run_expect 65 "$proofsheet" model check golden
printf '{"cases": [' >golden/expected.json
run_expect 65 "$proofsheet" model check golden
assert_eq "the last line" "$(tail -n 1 stdout)" "0 passed, 0 failed"

say "folders that cannot be used do not keep the others from being checked"
mkdir damaged
cp "$fixtures/mini-f32/expected.json" damaged/
cp cut.gguf damaged/lm-f32.gguf
run_expect 65 "$proofsheet" model check damaged nowhere "$fixtures/mini-f32" cut.gguf "$fixtures/mini-q8"
assert_eq "the last line" "$(tail -n 1 stdout)" "18 passed, 0 failed"
assert_contains "the damaged one" "$err" "proofsheet model: damaged/lm-f32.gguf: "
assert_contains "the missing one" "$err" "proofsheet model: nowhere/expected.json: "
assert_contains "a file" "$err" "proofsheet model: cut.gguf: is not a folder"
run_expect 66 "$proofsheet" model check "$fixtures"/{README.md,mini-f32}
assert_eq "the last line" "$(tail -n 1 stdout)" "9 passed, 0 failed"
