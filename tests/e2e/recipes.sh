#!/usr/bin/env bash
# The recipes of the curated sets make what is committed: those whose intermediate can be had from python3 alone.
. "$(dirname "$0")/lib.sh"

for set in before_after medical counting ui computer_use video inspection workflows audio_visual speech; do
    say "$set"
    run_expect 0 python3 "$repository/datasets/$set/recipe/build" --check
done
say documents
run_expect 0 python3 "$repository/datasets/documents/recipe/build" --check-html

say "every set is whole"
for manifest in "$repository"/datasets/*/manifest.json; do
    run_expect 0 python3 "$repository/datasets/recipe_common.py" "$(dirname "$manifest")"
    run_expect 0 "$proofsheet" dataset verify "$(dirname "$manifest")"
done
say "a row without a twin or a source is found"
cp -r "$repository/datasets/photographs" set
sed -i '1s/"twin": "[^"]*"/"twin": ""/; 2s/"source": "[^"]*"/"source": ""/' set/samples.jsonl
run_expect 1 python3 "$repository/datasets/recipe_common.py" set
assert_contains "the first row" "$out" "airplane: no twin"
assert_contains "the second row" "$out" "boats: no source"
assert_eq "sets of the proof sheet" "$(grep -c '    dataset:' "$repository/suites/proof-sheet.yaml")" 14
media=$(find "$repository"/datasets/*/media -type f -printf '%s\n' | awk '{ sum += $1 } END { print sum }')
assert_number "media of all sets, bytes" "$media < 40000000"
