#!/usr/bin/env bash
# The engine beside llama.cpp, as an npm package: the same tokens and the same answers. What it was built
# without (AVX) makes it slow, not different; its encoders round through tables in F16, hence the
# tolerance with media. Its Q8_0 quantises activations too, which moves log-probabilities by up to
# 0.13 here: with the same weights as F32 it has to be as close as with a file of F32.
. "$(dirname "$0")/lib.sh"

peer=$repository/tests/peer
fixtures=$repository/tests/engine/fixtures
[ -d "$peer/node_modules" ] || fail "llama.cpp is missing: scripts/install-dependencies tests"

say "10,000 texts have the same tokens, whatever the vocabulary and the way to cut words"
run_expect 0 node "$peer/tokens.mjs" "$build/engine_peer" "$fixtures/mini-f32/lm-f32.gguf" .
assert_eq "vocabularies" "$(grep -aoE '(fixture|smollm|gpt-2|llama-bpe): 10000 agree, 0 differ' stderr | wc -l)" 4

say "prompts are answered alike"
run_expect 0 node "$peer/answers.mjs" "$build/engine_peer" "$fixtures/mini-f32" 0.0005 0.002
run_expect 0 node "$peer/answers.mjs" "$build/engine_peer" "$fixtures/mini-q8" 0.0005 0.002 .
run_expect 0 node "$peer/answers.mjs" "$build/engine_peer" "$fixtures/mini-q8" 0.15 0.15
