#!/usr/bin/env bash
# Metrics of counting, time, rankings and hallucination through the command line: what a dataset states,
# what recorded answers say, and the values that come of it.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

# One task a family: FAMILY METRICS, then rows of ID, REFERENCES, ATTRIBUTES and ANSWER (JSON).
printf 'suite: families\ntasks:\n' >suite.yaml
family() { # NAME METRICS
    printf '  - {name: %s, dataset: %s.jsonl, metrics: [%s]}\n' "$1" "$1" "$2" >>suite.yaml
    current=$1
}
row() { # ID REFERENCES ATTRIBUTES ANSWER
    jq -nc --arg id "$1" --argjson references "$2" --argjson attributes "$3" \
        '{$id, parts: [{text: "?"}], $references, $attributes}' >>"$current.jsonl"
    jq -nc --arg id "$1" --argjson answer "$4" '{$id, $answer}' >>answers.jsonl
}

family counting "count_exact, count_off_by_one, count_mae, count_rmse, count_mae_normalised, count_hallucination, count_unparsed"
row c1 '["4"]' '{}' '"There are 4."'
row c2 '["4"]' '{}' '"five"'
row c3 '["4"]' '{}' '"7 dogs"'
row c4 '["4"]' '{}' '"several"'
family spans "temporal_iou, temporal_hit_30, temporal_hit_50, temporal_hit_70"
row s1 '["0 - 10"]' '{}' '"from 0 to 5 s"'
row s2 '["0 - 10"]' '{}' '"0:02 - 0:12"'
row s3 '["0 - 10"]' '{}' '"never"'
family ranking "recall_at_1, recall_at_5, recall_at_10, mrr, map, ndcg_at_5, ndcg_at_10"
row r1 '["a","b 2"]' '{}' '"[\"b\",\"x\",\"a\"]"'
row r2 '["a"]' '{}' '"1. x\n2. a"'
family presence "pope_accuracy, pope_precision, pope_recall, pope_f1, pope_yes_ratio, amber_accuracy, amber_precision, amber_recall, amber_f1"
row p1 '["yes"]' '{}' '"Yes"'
row p2 '["yes"]' '{}' '"No"'
row p3 '["no"]' '{}' '"Yes"'
row p4 '["no"]' '{}' '"No"'
row p5 '["no"]' '{}' '"no"'
family objects "grounding, amber_chair, amber_cover, amber_hal, amber_cog, chair_i, chair_s, chair_recall"
row o1 '["a dog by a bench"]' '{"objects":"dog/puppy, bench","likely_items":"cat","known_items":"car, tree"}' '"A puppy and a cat under a tree."'
row o2 '[]' '{"objects":"car","likely_items":"dog","known_items":"tree"}' '"A car."'
family captions "cider, bleu_coco"
row k1 '["a cat on a mat","the feline sits","cat lying down"]' '{}' '"a cat on a mat"'
row k2 '["two dogs run in snow","dogs playing outside","a pair of dogs"]' '{}' '"two dogs run"'
row k3 '["a bus on the street","red bus driving","a double decker bus"]' '{}' '"a red bus"'
family translations "bleu"
row t1 '["The dog bit the man.","The dog had bit the man."]' '{}' '"The dog bit the man."'
row t2 '["It was not unexpected.","No one was surprised."]' '{}' '"It wasn'"'"'t surprising."'
row t3 '["The man bit him first.","The man had bitten the dog."]' '{}' '"The man had just bitten him."'
family boxes "detection_ap, detection_ap50, detection_ap75"
row b1 '["{\"label\":\"dog\",\"box\":[0,0,100,100]}"]' '{}' '"[{\"label\":\"dog\",\"box\":[0,0,60,100],\"score\":0.5}]"'
row b2 '[]' '{}' '"[{\"label\":\"dog\",\"box\":[0,0,60,100],\"score\":0.9}]"'
row b3 '["{\"label\":\"cat\",\"box\":[0,0,100,100]}"]' '{}' '"[{\"label\":\"cat\",\"box\":[0,0,100,100]}]"'
family doubt "unanswerable_answered, answerable_abstained"
row u1 '[]' '{"unanswerable":true}' '"A dog"'
row u2 '[]' '{"unanswerable":true}' '"I don'"'"'t know."'
row u3 '["dog"]' '{}' '"I don'"'"'t know."'
row u4 '["dog"]' '{}' '"a dog"'

say "the values"
run_expect 0 "$proofsheet" run suite.yaml --model replay/answers.jsonl --run a.proof -q -o a.json
values() { # JSON: each task's metric, value in its unit, n
    jq -r '.tasks[] | .name as $task | [.metrics[] | select(.is_of_suite) | .name] as $own | .whole.cells[] |
        select(.metric | IN($own[])) | "\($task) \(.metric) \(.estimate.value * 1000 | round / 1000) \(.estimate.n)"' "$1"
}
values a.json >got
cat >wanted <<'TEXT'
counting count_exact 25 4
counting count_off_by_one 50 4
counting count_mae 1.333 3
counting count_rmse 1.826 3
counting count_mae_normalised 0.325 3
counting count_hallucination 66.667 3
counting count_unparsed 25 4
spans temporal_iou 38.889 3
spans temporal_hit_30 66.667 3
spans temporal_hit_50 66.667 3
spans temporal_hit_70 0 3
ranking recall_at_1 0.25 2
ranking recall_at_5 1 2
ranking recall_at_10 1 2
ranking mrr 0.75 2
ranking map 0.667 2
ranking ndcg_at_5 0.791 2
ranking ndcg_at_10 0.791 2
presence pope_accuracy 60 5
presence pope_precision 50 2
presence pope_recall 50 2
presence pope_f1 50 3
presence pope_yes_ratio 40 5
presence amber_accuracy 40 5
presence amber_precision 50 2
presence amber_recall 33.333 3
presence amber_f1 40 4
objects grounding 50 2
objects amber_chair 50 2
objects amber_cover 66.667 2
objects amber_hal 50 2
objects amber_cog 50 2
objects chair_i 33.333 2
objects chair_s 50 2
objects chair_recall 66.667 2
captions cider 2.541 3
captions bleu_coco 91.469 3
translations bleu 48.531 3
boxes detection_ap 57.5 3
boxes detection_ap50 75 3
boxes detection_ap75 50 3
doubt unanswerable_answered 50 2
doubt answerable_abstained 50 2
TEXT
assert_same_files "the values" got wanted

say "scored anew they are the same"
run_expect 0 "$proofsheet" score a.proof
run_expect 0 "$proofsheet" report a.proof -q -o b.json
values b.json >got
assert_same_files "the values" got wanted

say "two systems are compared on the same questions"
jq -c 'if .id == "p3" then .answer = "No" else . end' answers.jsonl >better.jsonl
run_expect 0 "$proofsheet" run suite.yaml --model replay/better.jsonl --run b.proof -q
run_expect 0 "$proofsheet" compare a.proof b.proof -q -o c.json
jq -e '[.. | strings | select(. == "pope_precision")] | length > 0' c.json >/dev/null || fail "no precision in the comparison"
