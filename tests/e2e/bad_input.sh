#!/usr/bin/env bash
# Whatever is wrong with what it is given: the exit status is 64 or more and one message says what
# and where (file and line, or sample). Where nothing ran, no run file is left half-made.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

make_texts 3 texts.jsonl
make_suite suite.yaml texts.jsonl
printf '%s\n' '{"id":"t00000","answer":"question 00000"}' \
    '{"id":"t00001","answer":"question 00001"}' '{"id":"t00002","answer":"x"}' >answers.jsonl
model=replay/answers.jsonl

# The command ends with STATUS and one message that holds every PIECE; nothing was made.
assert_refused() { # STATUS PIECE… -- COMMAND…
    local status=$1 pieces=()
    shift
    while [ "$1" != -- ]; do
        pieces+=("$1")
        shift
    done
    shift
    run_expect "$status" "$@"
    local piece
    for piece in "${pieces[@]}"; do assert_contains "the message" "$err" "$piece"; done
    assert_one_message
    assert_eq "stdout" "$out" ""
    assert_eq "run files" "$(echo ./*.proof*)" "./*.proof*"
}

assert_suite_refused() { # STATUS PIECE… ; the suite lies in bad.yaml
    assert_refused "$@" -- "$proofsheet" run bad.yaml --model $model
}

# A run that had to begin to find out: the message names the sample, what was stored stays.
assert_stops() { # STATUS PIECE… -- COMMAND…
    local status=$1 pieces=()
    shift
    while [ "$1" != -- ]; do
        pieces+=("$1")
        shift
    done
    shift
    run_expect "$status" "$@"
    local piece
    for piece in "${pieces[@]}"; do assert_contains "the message" "$err" "$piece"; done
    assert_eq "messages" "$(grep -c '^proofsheet' stderr)" 1
    rm -f ./*.proof
}

say "the good suite is good"
run_expect 0 "$proofsheet" run suite.yaml --model $model --run good.proof
rm good.proof

say "suites"
cat >bad.yaml <<'YAML'
suite: test
tasks:
  - name: task
    dataset: texts.jsonl
    metrics: [exact_match
YAML
assert_suite_refused 78 bad.yaml:5:
printf 'suite: test\ntasks:\n  - name: task\n    dataset: texts.jsonl\n    metrics: [exact_match]\n    colour: red\n' >bad.yaml
assert_suite_refused 78 bad.yaml bad.yaml:6: colour
printf 'suite: test\nepochs: many\ntasks:\n  - name: task\n    dataset: texts.jsonl\n    metrics: [exact_match]\n' >bad.yaml
assert_suite_refused 78 bad.yaml:2: many
printf 'tasks: []\n' >bad.yaml
assert_suite_refused 78 bad.yaml
: >bad.yaml
assert_suite_refused 78 bad.yaml
head -c 3000 /dev/urandom >bad.yaml
assert_suite_refused 78 bad.yaml
awk 'BEGIN { printf "suite: "; for (i = 0; i < 100000; i++) printf "[" }' >bad.yaml
assert_suite_refused 78 bad.yaml
awk 'BEGIN { for (i = 0; i < 200000; i++) print "suite: test" }' >bad.yaml
assert_suite_refused 78 bad.yaml
make_suite bad.yaml texts.jsonl
sed -i 's/exact_match/exact_macht/' bad.yaml
assert_suite_refused 78 bad.yaml:6: exact_macht
make_suite bad.yaml texts.jsonl 'slicers: [colour]'
assert_suite_refused 78 bad.yaml:7: colour
make_suite bad.yaml texts.jsonl 'conditions: [blur@2, fog@1]'
assert_suite_refused 78 bad.yaml:7: fog@1
make_suite bad.yaml texts.jsonl 'conditions: [blur@9999]'
assert_suite_refused 78 bad.yaml:7: blur@9999 px
make_suite bad.yaml texts.jsonl 'conditions: [blur]'
assert_suite_refused 78 bad.yaml:7: blur amount
assert_refused 66 absent.yaml -- "$proofsheet" run absent.yaml --model $model
assert_refused 66 . -- "$proofsheet" run . --model $model

say "datasets"
make_suite bad.yaml nowhere.jsonl
assert_suite_refused 66 nowhere.jsonl
mkdir empty-folder
make_suite bad.yaml empty-folder
assert_suite_refused 65 empty-folder
: >empty.jsonl
make_suite bad.yaml empty.jsonl
assert_suite_refused 65 empty.jsonl
make_suite bad.yaml rows.jsonl
for row in '{"id":"b","parts":[{"text":"x"}' '{"id":"b"}' '{"parts":[{"text":"x"}]}' '[]' 'not json' \
    '{"id":"b","parts":[{"text":1}]}' \
    $'{"id":"b\\u001b[31m","parts":[{"text":"x"}]}' '{"id":"b","parts":[{"smell":"x"}]}'; do
    printf '{"id":"a","parts":[{"text":"x"}]}\n%s\n' "$row" >rows.jsonl
    assert_suite_refused 65 rows.jsonl:2
done
printf '%s\n' '{"id":"a","parts":[{"text":"x"}]}' '{"id":"a","parts":[{"text":"again"}]}' >rows.jsonl
assert_suite_refused 65 rows.jsonl 'sample "a" is there twice: lines 1 and 2'
printf '{"id":"a","parts":[{"text":"x"}]}\n{"id":"b","parts":[{"text":"\xff\xfe"}]}\n' >rows.jsonl
assert_suite_refused 65 rows.jsonl:2
mkdir set
cp texts.jsonl set/samples.jsonl
make_suite bad.yaml set
echo '{"name":"set", "licence": ' >set/manifest.json
assert_suite_refused 65 ./set: manifest.json

say "media"
mkdir -p pictures/media
printf 'P6\n1 1\n255\n\1\2\3' >pictures/media/dot.ppm
echo '{"name":"pictures"}' >pictures/manifest.json
make_suite picture.yaml pictures
make_row() { # IMAGE [MEMBER]
    echo "{\"id\":\"p1\",\"parts\":[{\"image\":\"$1\"${2:-}}],\"references\":[\"x\"]}" >pictures/samples.jsonl
}
run_pictures=("$proofsheet" run picture.yaml --model "$model" -q)
make_row media/absent.png
assert_stops 65 pictures p1 media/absent.png -- "${run_pictures[@]}"
make_row ../../../../../../../../etc/passwd
assert_stops 65 pictures p1 etc/passwd -- "${run_pictures[@]}"
make_row /etc/passwd
assert_stops 65 pictures p1 etc/passwd -- "${run_pictures[@]}"
ln -s /etc/passwd pictures/media/link.png
make_row media/link.png
assert_stops 65 pictures p1 media/link.png -- "${run_pictures[@]}"
make_row media
assert_stops 65 pictures p1 media -- "${run_pictures[@]}"
mkfifo pictures/media/pipe.png
make_row media/pipe.png
assert_stops 65 pictures p1 media/pipe.png -- timeout 30 "${run_pictures[@]}"
make_row media/dot.ppm ",\"sha256\":\"$(printf 'a%.0s' {1..64})\""
assert_stops 65 pictures p1 media/dot.ppm sha256 -- "${run_pictures[@]}" --verify
run_expect 65 "$proofsheet" dataset verify pictures
assert_contains "what is wrong" "$out$err" media/dot.ppm
make_row media/dot.ppm ",\"sha256\":\"$(sha256sum <pictures/media/dot.ppm | cut -d' ' -f1)\""
run_expect 0 "${run_pictures[@]}" --verify
run_expect 0 "$proofsheet" dataset verify pictures
rm -f ./*.proof

say "systems"
run=("$proofsheet" run suite.yaml)
assert_refused 64 telepathy/x -- "${run[@]}" --model telepathy/x
assert_refused 64 openai -- "${run[@]}" --model openai
assert_refused 64 openai/ -- "${run[@]}" --model openai/
assert_refused 64 --model -- "${run[@]}"
assert_stops 66 absent.jsonl -- "${run[@]}" --model replay/absent.jsonl
printf '{"id":"t00000","answer":"x"}\nnonsense\n' >broken.jsonl
assert_stops 65 broken.jsonl 'line 2' -- "${run[@]}" --model replay/broken.jsonl
assert_stops 69 no-such-command-anywhere -- "${run[@]}" --model exec/no-such-command-anywhere
OPENAI_BASE_URL=gopher://x assert_stops 78 OPENAI_BASE_URL -- "${run[@]}" --model openai/x
assert_stops 78 OPENAI_API_KEY -- "${run[@]}" --model openai/x

say "outputs"
assert_refused 64 report.docx .html .json -- "${run[@]}" --model $model -o report.docx
assert_refused 64 report.github 'no document of a run' -- "${run[@]}" --model $model -o report.github
assert_refused 64 noextension -- "${run[@]}" --model $model -o noextension
run_expect 73 "${run[@]}" --model $model --run made.proof -q -o nowhere/report.html
assert_contains "the message" "$err" nowhere/report.html
assert_one_message
assert_eq "answers that are kept" "$(sql made.proof 'SELECT count(*) FROM response')" 3
run_expect 74 "$proofsheet" report made.proof -q -o /dev/full
assert_contains "the message" "$err" /dev/full
status=0
"$proofsheet" report made.proof >/dev/full 2>stderr || status=$?
assert_eq "status for a full stdout" $status 74
mkdir taken.html
run_expect 73 "$proofsheet" report made.proof -q -o taken.html
assert_contains "the message" "$err" taken.html
rm made.proof

say "words"
assert_refused 64 --colour -- "${run[@]}" --model $model --colour
assert_refused 64 limit -- "${run[@]}" --model $model --limit lots
assert_refused 64 -- "${run[@]}" --model $model --limit -3
assert_refused 64 "--epochs is not from 0 to 1000" -- "${run[@]}" --model $model --epochs 99999999
assert_refused 64 timeout -- "${run[@]}" --model $model --timeout 0
assert_refused 64 timeout -- "${run[@]}" --model $model --timeout nan
assert_refused 64 rate -- "${run[@]}" --model $model --rate -1
assert_refused 64 "--max-connections is not from 0 to 100000" -- "${run[@]}" --model $model --max-connections 99999999
assert_refused 64 suite -- "${run[@]}" suite.yaml --model $model
assert_refused 64 suite -- "$proofsheet" run --model $model
assert_refused 64 -- "$proofsheet" report
assert_refused 64 -- "$proofsheet" score
assert_refused 64 -- "$proofsheet" score a.proof b.proof
assert_refused 64 -- "$proofsheet" dataset
assert_refused 64 -- "$proofsheet" dataset fly
assert_refused 64 -- "$proofsheet" check
assert_refused 66 absent.json -- "$proofsheet" check absent.json
assert_refused 64 dance -- "$proofsheet" dance
PROOFSHEET_LIMIT=lots assert_refused 64 -- "${run[@]}" --model $model

run_expect 64 "$proofsheet"
assert_contains "help" "$err" "Usage: proofsheet COMMAND"
assert_eq "stdout" "$out" ""
for command in '' run report score list dataset check; do
    # shellcheck disable=SC2086 # no word at all for the empty one
    run_expect 0 "$proofsheet" $command --help
    assert_contains "help" "$out" proofsheet
    assert_eq "stderr" "$err" ""
done
