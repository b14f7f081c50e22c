#!/usr/bin/env bash
# Importers through the command line: a few records of each format, written here as the format has them,
# become a dataset that verifies, runs and reports; and what is not understood is said and left out only if asked.
. "$(dirname "$0")/lib.sh"

picture=$repository/tests/engine/fixtures/scene32.png
sound=$repository/tests/engine/fixtures/tone2s.wav
mkdir pictures
for name in a.png b.png COCO_val2014_000000000042.jpg 000000000007.jpg 9.jpg; do cp "$picture" "pictures/$name"; done

import() { # FORMAT SOURCE OPTION…
    rm -rf set
    run_expect 0 "$proofsheet" import "$@" -o set
    run_expect 0 "$proofsheet" dataset verify set
}
rows() { jq -c "$1" set/samples.jsonl; }

say "VLMEvalKit"
base64=$(base64 -w0 "$picture")
{
    printf 'index\tquestion\tanswer\timage\tA\tB\tcategory\thint\n'
    printf '1\tWhat colour?\tB\t%s\tred\tblue\tcolours\t\n' "$base64"
    printf '2\t"Two ""quoted""\nlines?"\tA\t1\tyes\tno\tcolours\tLook twice.\n'
    printf "3\\tCompare.\\tsame\\t['%s', '%s']\\t\\t\\tpairs\\t\\n" "$base64" "$base64"
} >kit.tsv
import vlmevalkit kit.tsv
assert_eq "ids" "$(rows .id | tr '\n' ' ')" '"1" "2" "3" '
assert_eq "the picture once" "$(ls set/media | wc -l)" 1
assert_eq "options" "$(rows 'select(.id == "1") | .parts[1].text')" '"What colour?\nA. red\nB. blue\nAnswer with the letter of the right option."'
assert_eq "quotes, hint, the picture of row 1" "$(rows 'select(.id == "2") | [(.parts | length), .parts[1].text]')" \
    '[2,"Look twice.\nTwo \"quoted\"\nlines?\nA. yes\nB. no\nAnswer with the letter of the right option."]'
assert_eq "two pictures" "$(rows 'select(.id == "3") | [.parts[] | keys[0]]')" '["image","image","text"]'
assert_eq "attributes" "$(rows 'select(.id == "3") | .attributes')" '{"category":"pairs","options":"no"}'

say "lmms-eval, whose answers are scored at once"
cat >log.jsonl <<'JSON'
{"doc_id": 0, "doc": {"question": "2 + 2?"}, "target": "4", "filtered_resps": ["4"], "resps": [["4."]]}
{"doc_id": 1, "input": "Capital of France?", "target": ["Paris", "paris"], "resps": [["London"]]}
JSON
import lmms_eval log.jsonl
run_expect 0 "$proofsheet" run set/suite.yaml --model replay/set/predictions.jsonl --run log.proof -q -o log.json
assert_eq "exact match" "$(jq '.tasks[0].whole.cells[0].estimate.value' log.json)" 50

say "VQAv2 and TextVQA"
cat >v2_OpenEnded_mscoco_val2014_questions.json <<'JSON'
{"info": {"year": 2014}, "questions": [{"image_id": 42, "question": "How many?", "question_id": 420}]}
JSON
cat >annotations.json <<'JSON'
{"annotations": [{"question_id": 419, "answers": []},
 {"question_id": 420, "question_type": "how many", "answer_type": "number", "image_id": 42,
  "answers": [{"answer": "2", "answer_id": 1}, {"answer": "2", "answer_id": 2}, {"answer": "two", "answer_id": 3}]}]}
JSON
import vqa v2_OpenEnded_mscoco_val2014_questions.json --annotations annotations.json --media pictures
assert_eq "one reference a person" "$(rows '[.id, .references, .cluster, .attributes.answer_type]')" '["420",["2","2","two"],"42","number"]'
echo '{"data": [{"question_id": 5, "image_id": "9", "question": "Which word?", "answers": ["stop", "stop", "STOP"]}]}' >textvqa.json
import vqa textvqa.json --media pictures
assert_eq "TextVQA" "$(rows '[.id, (.references | length)]')" '["5",3]'

say "DocVQA and ChartQA"
echo '{"data": [{"questionId": 49, "question": "Date?", "image": "pictures/a.png", "ucsf_document_id": "d1", "answers": ["1/8/93", "1/8/93"], "question_types": ["form"]}]}' >docvqa.json
import docvqa docvqa.json
assert_eq "DocVQA" "$(rows '[.id, .references, .cluster, .attributes]')" '["49",["1/8/93"],"d1",{"question_type":"form"}]'
echo '[{"imgname": "b.png", "query": "Largest?", "label": "14"}, {"imgname": "b.png", "query": "Least?", "label": 3}]' >test_human.json
import chartqa test_human.json --media pictures
assert_eq "ChartQA" "$(rows '[.id, .references[0], .cluster, .attributes.written_by]' | tr '\n' ' ')" '["human-0","14","b.png","human"] ["human-1","3","b.png","human"] '

say "POPE"
printf '%s\n' '{"question_id": 1, "image": "a.png", "text": "Is there a dog?", "label": "yes"}' \
    '{"question_id": 2, "image": "a.png", "text": "Is there a car?", "label": "no"}' >coco_pope_popular.json
import pope coco_pope_popular.json --media pictures
assert_eq "POPE" "$(rows '[.references[0], .attributes.sampling]' | tr '\n' ' ')" '["yes","popular"] ["no","popular"] '

say "COCO"
cat >coco.json <<'JSON'
{"images": [{"id": 7, "file_name": "000000000007.jpg", "width": 32, "height": 32}],
 "categories": [{"id": 18, "name": "dog"}, {"id": 3, "name": "car"}],
 "annotations": [
  {"id": 1, "image_id": 7, "category_id": 18, "bbox": [1, 2, 10.5, 9], "area": 80.5, "iscrowd": 0, "caption": "A dog."},
  {"id": 2, "image_id": 7, "category_id": 18, "bbox": [0, 0, 32, 32], "area": 900, "iscrowd": 1, "caption": "Dogs."},
  {"id": 3, "image_id": 8, "category_id": 3, "bbox": [0, 0, 1, 1], "area": 1, "iscrowd": 0, "caption": "A car."}]}
JSON
import coco_captions coco.json --media pictures
assert_eq "captions" "$(rows '.references')" '["A dog.","Dogs."]'
import coco_instances coco.json --media pictures
assert_eq "boxes" "$(rows '[.references[] | fromjson | [.label, .box, .crowd]]')" '[["dog",[1,2,10.5,9],null],["dog",[0,0,32,32],true]]'
assert_eq "objects" "$(rows '.attributes.objects')" '"dog"'
printf '%s\n' '{"id": "7", "answer": "[{\"label\": \"dog\", \"box\": [1, 2, 10.5, 9], \"score\": 0.9}]"}' >found.jsonl
run_expect 0 "$proofsheet" run set/suite.yaml --model replay/found.jsonl --run found.proof -q -o found.json
assert_eq "average precision" "$(jq '.tasks[0].whole.cells[0].estimate.value | round' found.json)" 100

say "LibriSpeech and Common Voice"
mkdir -p libri/84/121123 clips
ffmpeg -nostdin -v error -i "$sound" libri/84/121123/84-121123-0000.flac
printf '84-121123-0000 GO DO YOU HEAR\n' >libri/84/121123/84-121123.trans.txt
printf ';ID |SEX|SUBSET\n84   | F | dev-clean | 8.0 | Christie Nowak\n' >libri/SPEAKERS.TXT
import librispeech libri
assert_eq "LibriSpeech" "$(rows '[.id, .references[0], .attributes]')" '["84-121123-0000","GO DO YOU HEAR",{"speaker":"84","gender":"female"}]'
cp "$sound" clips/common_voice_en_1.mp3
printf 'client_id\tpath\tsentence\tup_votes\tdown_votes\tage\tgender\taccents\tlocale\nab12\tcommon_voice_en_1.mp3\tHe said "go.\t2\t0\ttwenties\tmale\tScottish English\ten\n' >test.tsv
import common_voice test.tsv
assert_eq "Common Voice" "$(rows '[.references[0], .cluster, .attributes]')" \
    '["He said \"go.","ab12",{"age":"twenties","gender":"male","accent":"Scottish English","language":"en"}]'

say "openai/evals and promptfoo"
printf '%s\n' '{"input": [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "2+2?"}], "ideal": ["4", "four"]}' >evals.jsonl
import openai_evals evals.jsonl
assert_eq "evals" "$(rows '[.id, .parts[0].text, .references]')" '["sample-0","Be brief.\n\n2+2?",["4","four"]]'
cat >promptfooconfig.yaml <<'YAML'
prompts:
  - "Translate to {{ language }}: {{text}}"
  - "{{text}} in {{language}}?"
defaultTest:
  vars: {language: French}
tests:
  - vars: {text: cat}
    assert: [{type: equals, value: chat}]
  - vars: {text: dog, language: German}
    assert: [{type: equals, value: Hund}]
YAML
import promptfoo promptfooconfig.yaml
assert_eq "promptfoo" "$(rows '[.id, .parts[0].text, .references[0], .cluster]' | head -n 3 | tr '\n' ' ')" \
    '["test-0-prompt-1","Translate to French: cat","chat","test-0"] ["test-0-prompt-2","cat in French?","chat","test-0"] ["test-1-prompt-1","Translate to German: dog","Hund","test-1"] '

say "what is not understood names its place, and nothing is left behind"
rm -rf set
printf '%s\n' '{"question_id": 1, "image": "a.png", "text": "Dog?", "label": "yes"}' '{"question_id": 2, "image": "a.png", "text": "Car?", "label": "maybe"}' >bad.json
run_expect 65 "$proofsheet" import pope bad.json --media pictures -o set
assert_one_message
assert_contains "the line" "$err" 'bad.json:2: its label is "maybe", not yes or no'
assert_eq "nothing is left" "$(ls -d set* 2>/dev/null | wc -l)" 0
run_expect 0 "$proofsheet" import pope bad.json --media pictures --skip-unknown -o set
assert_contains "what was left out" "$err" '1 records were not understood and left out'
assert_eq "the other is there" "$(wc -l <set/samples.jsonl)" 1
run_expect 73 "$proofsheet" import pope coco_pope_popular.json --media pictures -o set
assert_contains "what is there stays" "$err" "is there already"
refused() { # STATUS PIECE ARGUMENT…
    run_expect "$1" "$proofsheet" import "${@:3}" -o other
    assert_one_message
    assert_contains "the message" "$err" "$2"
    [ ! -e other ] || fail "other is there"
}
refused 64 "no importer is called so" excel x.xls
refused 66 "nowhere.json" docvqa nowhere.json
refused 65 "is not a list" docvqa coco.json
refused 65 "data: is not a list" docvqa annotations.json
printf '{"data": [{"questionId": 1, "question": "?", "image": "../../etc/passwd", "answers": []}]}' >escape.json
refused 65 "is not a path below" docvqa escape.json
printf '{"data": [{"questionId": 1, ' >cut.json
refused 65 "cut.json" docvqa cut.json
printf 'tests:\n  - vars: {a: b}\n    assert: [{type: javascript, value: "x"}]\n' >script.yaml
refused 65 'its assertion "javascript"' promptfoo script.yaml
printf 'index\tquestion\tanswer\timage\n1\tWhat?\tx\t%s\n' "$(printf 'n%.0s' {1..100})" >noimage.tsv
refused 65 'noimage.tsv:2: its image is not one in base64' vlmevalkit noimage.tsv
printf 'index\tquestion\tanswer\n1\t"never closed\tx\n2\tb\tc\n' >open.tsv
refused 65 'open.tsv:2: a quote in this row never closes' vlmevalkit open.tsv
printf '{"doc_id": 1, "input": "a", "target": {}}\n' >target.jsonl
refused 65 'target.jsonl:1: "target" holds no accepted answer' lmms_eval target.jsonl
ln -s /etc/passwd pictures/link.png
printf '{"data": [{"questionId": 1, "question": "?", "image": "link.png", "answers": ["x"]}]}' >link.json
refused 65 "is no file below pictures" docvqa link.json --media pictures
rm pictures/link.png
printf '%s\n' '{"question_id": 1, "image": "a.png", "text": "Dog?", "label": "yes"}' '{"question_id": 1, "image": "a.png", "text": "Car?", "label": "no"}' >twice.json
refused 65 'twice.json:2: its id "1" is that of an earlier one' pope twice.json --media pictures
printf 'index\tquestion\tanswer\tA\tB\n1\tWhat?\tC\tx\ty\n' >letter.tsv
refused 65 'letter.tsv:2: its answer "C" is none of its options' vlmevalkit letter.tsv
printf 'tests: [{vars: {a: b}, assert: [{type: contains, value: x}]}, {vars: {a: c}}]\n' >contains.yaml
refused 65 'contains.yaml: tests[0]: its assertion "contains" is not understood' promptfoo contains.yaml
jq 'del(.annotations[1].image_id)' coco.json >keyless.json
refused 65 'keyless.json: annotations[1]: has no "image_id"' coco_captions keyless.json --media pictures
printf '84-121123-0000 GO\n84-121123-0001 ON\n' >libri/84/121123/84-121123.trans.txt
refused 65 '84-121123.trans.txt:2: ' librispeech libri
: >libri/84/121123/84-121123.trans.txt
refused 65 '84-121123-0000.flac: is in no transcript' librispeech libri

say "what belongs to no row is told"
run_expect 0 "$proofsheet" import coco_captions coco.json --media pictures -o other
assert_contains "the note" "$err" '1 records belong to none that was imported, the first is coco.json: annotations[2]'
