#!/usr/bin/env bash
# Every modality through the command line: videos, documents, series and sound, as files and as what
# is made of them; their conditions; ablations and what the reports say of them; damaged media.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

run() { # SUITE MODEL RUN OPTION…
    run_expect 0 "$proofsheet" run "$1" --model "$2" --run "$3" -q "${@:4}"
}

# 6 s: 2 s red, 1 s blue, 3 s green, with a tone.
ffmpeg -v error -f lavfi -i "color=red:s=160x120:r=10:d=2[a];color=blue:s=160x120:r=10:d=1[b];color=lime:s=160x120:r=10:d=3[c];[a][b][c]concat=n=3" \
    -f lavfi -i sine=440:d=6 -map 0:v -map 1:a -pix_fmt yuv420p -shortest colours.mp4
ffmpeg -v error -f lavfi -i sine=880:d=1 tone.wav
ffmpeg -v error -f lavfi -i testsrc=s=640x480:d=1:r=1 -frames:v 1 picture.png
printf 'time,temperature [°C],humidity [%%]\n0,20,40\n1,30,\n2,10,44\n3,20,50\n' >series.csv
make_document document.pdf

# A system that says what it got: kinds, types, captions, times, sizes.
cat >echo.py <<'PY'
import json, os, sys
for line in sys.stdin:
    request = json.loads(line)
    got = []
    for part in request["parts"]:
        kind = next(k for k in ("text", "image", "audio", "video", "page", "series") if k in part)
        value = part[kind]
        got.append({**part, kind: value if kind == "text" else os.path.splitext(value)[1],
                    "bytes": 0 if kind == "text" else os.path.getsize(value)})
    print(json.dumps({"id": request["id"], "answer": json.dumps(got)}), flush=True)
PY
answer() { # RUN SAMPLE [CONDITION]
    sql "$1" "SELECT answer FROM response JOIN sample USING (sample_id) WHERE id = '$2' AND condition = ${3:-0}"
}

cat >all.jsonl <<'JSON'
{"id":"video","parts":[{"video":"colours.mp4"},{"text":"Which colours?"}],"references":["red"]}
{"id":"document","parts":[{"page":"document.pdf"},{"text":"What is the total?"}],"references":["12.40"]}
{"id":"series","parts":[{"series":"series.csv"},{"text":"What is the highest temperature?"}],"references":["30"]}
{"id":"mixed","parts":[{"text":"Look."},{"image":"picture.png"},{"image":"picture.png"},{"audio":"tone.wav"},{"series":"series.csv"},{"video":"colours.mp4"}],"references":["x"]}
JSON
task() { # NAME DATASET INPUT CONDITIONS
    printf '  - name: %s\n    dataset: %s\n    metrics: [exact_match]\n    slicers: [modality, resolution]\n    input: {%s}\n    conditions: [%s]\n' "$@"
}
suite() { # FILE DATASET INPUT CONDITIONS
    { printf 'suite: s\ntasks:\n'; task t "$2" "$3" "$4"; } >"$1"
}

say "a program gets the files themselves"
suite plain.yaml all.jsonl '' ''
run plain.yaml 'exec/python3 echo.py' plain.proof -o plain.html
assert_eq "a video" "$(answer plain.proof video | jq -r '.[0].video + .[0].media_type')" ".mp4video/mp4"
assert_eq "a document" "$(answer plain.proof document | jq -r '.[0].page + .[0].media_type')" ".pdfapplication/pdf"
assert_eq "a series" "$(answer plain.proof series | jq -r '.[0].series + .[0].media_type')" ".csvtext/csv"
assert_eq "parts in their order" "$(answer plain.proof mixed | jq -c '[.[] | keys - ["bytes", "media_type"] | .[0]]')" \
    '["text","image","image","audio","series","video"]'
assert_eq "nothing was made of them" "$(sql plain.proof "SELECT count(*) FROM span WHERE name = 'ingest'")" 0
assert_eq "what the report shows of a video, a document and a series" \
    "$(sql plain.proof "SELECT count(*) FROM evidence JOIN media USING (sha256) WHERE type = 'image/webp' OR type = 'image/png'")" 7

say "or what the suite wants made of them; the command line goes before it"
suite made.yaml all.jsonl 'frames: 3, sampling: keyframe, pages: 1, series_rows: 2' ''
run made.yaml 'exec/python3 echo.py' made.proof --video-sound --max-image-side 100
assert_eq "frames" "$(answer made.proof video | jq -c '[.[] | select(.image) | .time_s]')" '[0,2,3]'
assert_eq "captions" "$(answer made.proof video | jq -r '.[1].caption')" 'video 1, frame 2 of 3, at 2.00 s'
assert_eq "sound" "$(answer made.proof video | jq -r '.[3].audio + .[3].caption')" '.wavsound of video 1'
assert_eq "pages" "$(answer made.proof document | jq -r '.[0].page + .[0].caption')" '.pngdocument 1, page 1 of 2'
assert_contains "a series" "$(answer made.proof series | jq -r '.[0].text')" 'Series: 4 rows, 2 channels, 1 Hz; 2 lines'
trace=$(sql made.proof "SELECT detail FROM span WHERE name = 'ingest' AND item_id = 0")
assert_eq "the trace" "$(jq -c '.parts[0] | [.is, .sampling, .frames_s, .width_px, .height_px]' <<<"$trace")" \
    '["video","keyframe",[0,2,3],100,75]'
assert_eq "the trace of a picture" "$(sql made.proof "SELECT detail FROM span WHERE name = 'ingest' AND item_id = 3" |
    jq -c '[.parts[] | select(.is == "picture") | .was_px]')" '[[640,480],[640,480]]'
assert_eq "the plan" "$(sql made.proof "SELECT value FROM info WHERE name = 'plan'" | jq -c .options)" \
    '{"max_image_side":100,"video_sound":true}'
assert_eq "the task" "$(sql made.proof "SELECT value FROM info WHERE name = 'task 0 input'" | jq -c '[.frames, .sampling]')" '[3,"keyframe"]'
run_expect 78 "$proofsheet" run made.yaml --model 'exec/python3 echo.py' --run made.proof -q
assert_contains "resumed with other options" "$err" "other options for the system"
run_expect 64 "$proofsheet" run made.yaml --model 'exec/python3 echo.py' --frames 1000
assert_one_message
run_expect 64 "$proofsheet" run made.yaml --model 'exec/python3 echo.py' --sampling random
assert_one_message

say "hierarchical sampling takes more where more happens"
suite deep.yaml all.jsonl 'frames: 6, sampling: hierarchical' ''
run deep.yaml 'exec/python3 echo.py' deep.proof
assert_eq "frames" "$(answer deep.proof video | jq -c '[.[] | select(.image)] | length')" 6
run deep.yaml 'exec/python3 echo.py' uniform.proof --sampling uniform
[ "$(answer deep.proof video | jq -c '[.[].time_s]')" != "$(answer uniform.proof video | jq -c '[.[].time_s]')" ] ||
    fail "hierarchical picks as uniform does"

say "a request keeps to its budget, or fails and says so"
suite budget.yaml all.jsonl 'frames: 2' ''
run budget.yaml 'exec/python3 echo.py' budget.proof --max-request-bytes 105000
[ "$(answer budget.proof mixed | jq '[.[].bytes] | add')" -lt 105000 ] || fail "over the budget"
assert_contains "reduced" "$(sql budget.proof "SELECT detail FROM span WHERE item_id = 3 AND name = 'ingest'")" '"reduced_to":0.'
run budget.yaml 'exec/python3 echo.py' small.proof --max-request-bytes 1000
assert_contains "the reason" "$(sql small.proof "SELECT error FROM response WHERE item_id = 0")" "does not fit its budget"

say "a server gets frames, pages and text"
start python3 "$tests/record_server.py" record.json
OPENAI_BASE_URL="http://127.0.0.1:${ready_line##*:}/v1" run plain.yaml openai/m server.proof --max-connections 1
content() { jq -c --argjson parts "$1" 'select(.body.messages[0].content | length == $parts) | .body.messages[0].content' record.json; }
assert_eq "eight frames and their captions" "$(content 17 | jq '[.[] | select(.type == "image_url")] | length')" 8
assert_contains "a caption" "$(content 17 | jq -r '.[0].text')" 'video 1, frame 1 of 8, at 0.'
assert_eq "two pages" "$(content 5 | jq '[.[] | select(.type == "image_url")] | length')" 2
assert_contains "the series" "$(content 2 | jq -r '.[0].text')" $'temperature [°C],humidity [%]\n0,20,40\n1,30,\n'
assert_eq "sound" "$(content 21 | jq '[.[] | select(.type == "input_audio")] | length')" 1

say "the reference system goes as far as its tools reach"
run plain.yaml reference/modular reference.proof
assert_eq "a document" "$(answer reference.proof document)" "12.40"
assert_eq "a series" "$(answer reference.proof series)" "30"
assert_eq "a video of colours" "$(sql reference.proof "SELECT outcome FROM response WHERE item_id = 0")" abstained

say "videos and series under conditions"
suite conditions.yaml all.jsonl '' '"frame_drop@50", "bitrate@20", "video_blur@3", "frame_rate@2", "dropout@30", "drift@2", "quantise@2"'
run conditions.yaml 'exec/python3 echo.py' conditions.proof --no-evidence
run conditions.yaml 'exec/python3 echo.py' again.proof --no-evidence
sql conditions.proof 'SELECT item_id, outcome, answer FROM response ORDER BY 1' >first
sql again.proof 'SELECT item_id, outcome, answer FROM response ORDER BY 1' >second
assert_same_files "the same bytes again" second first
assert_eq "all were answered" "$(sql conditions.proof "SELECT count(*) FROM response WHERE outcome = 'answered'")" 32

say "ablations: what is sent"
cat >ablate.jsonl <<'JSON'
{"id":"s0","cluster":"a","parts":[{"text":"q0"},{"image":"1.png"},{"audio":"1.wav"}],"references":["1"],"twin":"one","contradictions":[{"modality":"image","parts":[{"image":"2.png"}],"references":["2"]}]}
{"id":"s1","cluster":"b","parts":[{"text":"q1"},{"image":"2.png"},{"audio":"2.wav"}],"references":["2"],"twin":"two","contradictions":[{"modality":"image","parts":[{"image":"1.png"}],"references":["1"]}]}
{"id":"s2","cluster":"c","parts":[{"text":"q2"},{"image":"3.png"}],"references":["3"]}
{"id":"s3","cluster":"d","parts":[{"text":"2"}],"references":["2"]}
JSON
for i in 1 2 3; do printf '%s' "$i" >$i.png; printf '%s' "$i" >$i.wav; done
cat >look.py <<'PY'
import json, sys
for line in sys.stdin:
    request = json.loads(line)
    shown = [open(p.get("image") or p.get("audio")).read() for p in request["parts"] if "text" not in p]
    words = [p["text"] for p in request["parts"] if "text" in p]
    said = shown[0] if shown else {"one": "1", "two": "2"}.get(words[-1], "2")
    print(json.dumps({"id": request["id"], "answer": said, "confidence": 0.9 if shown else 0.95}), flush=True)
PY
suite ablate.yaml ablate.jsonl '' '"drop:image", "drop:media", "swap:image", "contradict:image", twin'
run ablate.yaml 'exec/python3 look.py' ablate.proof -o ablate.html -o ablate.json -o ablate.md
assert_eq "items that there are" "$(sql ablate.proof 'SELECT count(*) FROM response')" 17
assert_eq "the report counts them" "$(jq -c '.tasks[0] | [.n_items, .n_done]' ablate.json)" "[17,17]"
assert_eq "nothing is left to ask" "$("$proofsheet" run ablate.yaml --model 'exec/python3 look.py' --run ablate.proof -q && sql ablate.proof 'SELECT count(*) FROM response')" 17
assert_eq "dropped: the sound is left" "$(answer ablate.proof s0 1)" 1
assert_eq "all media dropped" "$(answer ablate.proof s0 2)" 2
assert_eq "contradicted" "$(answer ablate.proof s0 4)" 2
assert_eq "in words" "$(answer ablate.proof s0 5)" 1
[ "$(answer ablate.proof s0 3)" != 1 ] || fail "swapped with itself"
assert_eq "each picture goes to another" "$(sql ablate.proof 'SELECT answer FROM response WHERE condition = 3 ORDER BY 1' | tr '\n' ' ')" "1 2 3 "
assert_eq "the slicer sees it" "$(sql ablate.proof "SELECT key FROM slice JOIN slicer ON slicer = slicer.id WHERE name = 'modality' AND item_id IN (1, 2) ORDER BY item_id" | tr '\n' ' ')" "text+audio text "
cut_keys() { sql "$1" 'SELECT hex(key) FROM response ORDER BY item_id'; }
assert_eq "keys are distinct" "$(cut_keys ablate.proof | sort -u | wc -l)" 17

say "ablations: what is said of them"
table() { jq -c --arg id "t.$1" '.modality.tables[] | select(.id == $id)' ablate.json; }
assert_eq "tables" "$(jq -c '[.modality.tables[].id]' ablate.json)" '["t.use","t.blind","t.conflicts"]'
assert_contains "the page" "$(cat ablate.html)" 'id="modality"'
assert_contains "the summary" "$(cat ablate.md)" "which modality wins where they contradict"
cells() { table "$1" | jq -c --arg c "$2" '.rows[] | select(.condition == $c)'; }
assert_eq "blind answers" "$(cells blind drop:media | jq -c '[.answered.value, .as_sure.value]')" '[100,100]'
assert_eq "the picture wins" "$(cells conflicts contradict:image | jq -c '[.modality, .against, .follows_it.value, .follows_others.value]')" '["image","audio",100,0]'
assert_eq "used" "$(cells use contradict:image | jq -c '[.metric, .difference.value, .same_answer.value]' | tr '\n' ' ')" '["exact_match",-100,0] ["answered",0,0] '

say "an audit leaves such rows out, and does not miss them"
run_expect 0 "$proofsheet" audit ablate.proof --group condition -o audit.json -q
assert_lacks "groups" "$(cat audit.json)" "drop:image"
assert_lacks "notes" "$(cat audit.json)" "not finished"

say "an ablation of what no sample has is an error before anything is asked"
suite none.yaml ablate.jsonl '' '"drop:video"'
run_expect 65 "$proofsheet" run none.yaml --model 'exec/python3 look.py' --run none.proof
assert_one_message
assert_contains "the message" "$err" "drop:video applies to none of its samples"

say "damaged media: the outcome is recorded, the run goes on"
: >empty.mp4
head -c 3000 colours.mp4 >cut.mp4
head -c 100 document.pdf >cut.pdf
cp picture.png wrong.mp4
printf 'a,b\n1\n' >ragged.csv
cat >damaged.jsonl <<'JSON'
{"id":"empty","parts":[{"video":"empty.mp4"}],"references":["x"]}
{"id":"cut","parts":[{"video":"cut.mp4"}],"references":["x"]}
{"id":"wrong","parts":[{"video":"document.pdf"}],"references":["x"]}
{"id":"page","parts":[{"page":"cut.pdf"}],"references":["x"]}
{"id":"ragged","parts":[{"series":"ragged.csv"}],"references":["x"]}
{"id":"good","parts":[{"video":"colours.mp4"}],"references":["x"]}
JSON
suite damaged.yaml damaged.jsonl 'frames: 2, pages: 1, series_rows: 5' '"bitrate@50", "drift@1"'
run damaged.yaml 'exec/python3 echo.py' damaged.proof -o damaged.html
assert_eq "outcomes" "$(sql damaged.proof "SELECT group_concat(outcome, ' ') FROM (SELECT outcome FROM response WHERE condition = 0 ORDER BY item_id)")" \
    "failed failed failed failed failed answered"
assert_contains "an empty video" "$(sql damaged.proof 'SELECT error FROM response WHERE item_id = 0')" "part 1 (video): 0 bytes of video/mp4 are not a video"
assert_contains "a ragged table" "$(sql damaged.proof 'SELECT error FROM response WHERE item_id = 12')" "line 2 has 1 cells of 2"
assert_contains "a condition" "$(sql damaged.proof 'SELECT error FROM response WHERE item_id = 1')" "condition bitrate@50 cannot be applied"
run damaged.yaml 'exec/python3 echo.py' as-files.proof --limit 3
assert_eq "a program may try for itself" "$(printf 'suite: s\ntasks:\n  - {name: t, dataset: damaged.jsonl, metrics: [exact_match]}\n' >files.yaml
    "$proofsheet" run files.yaml --model 'exec/python3 echo.py' --run files.proof -q
    sql files.proof "SELECT count(*) FROM response WHERE outcome = 'answered'")" 6

say "a sample that contradicts itself"
cat >itself.jsonl <<'JSON'
{"id":"a","parts":[{"text":"What do you hear?"},{"image":"1.png"},{"audio":"2.wav"}],"references":["2"],"contradictions":[{"modality":"image","references":["1"]}]}
{"id":"b","parts":[{"text":"What do you hear?"},{"image":"1.png"},{"audio":"1.wav"}],"references":["1"]}
JSON
suite itself.yaml itself.jsonl '' ''
run itself.yaml 'exec/python3 look.py' itself.proof -o itself.json
assert_eq "the picture is followed" "$(jq -c '.modality.tables[0].rows[0] | [.condition, .modality, .against, .asked, .follows_it.value]' itself.json)" '["clean","image","audio",1,100]'
assert_eq "what is in the data" "$("$proofsheet" dataset info ablate.jsonl --json | jq -c '[.n_with_twin, .n_with_contradictions]')" '[2,2]'

say "a dataset's contradictions are data: verified, packed, hashed"
run_expect 0 "$proofsheet" dataset build ablate.jsonl -o ablate.h5
run_expect 0 "$proofsheet" dataset verify ablate.h5
sed 's/ablate.jsonl/ablate.h5/' ablate.yaml >packed.yaml
run packed.yaml 'exec/python3 look.py' packed.proof
assert_eq "the same answers from a pack" "$(sql packed.proof 'SELECT answer FROM response ORDER BY item_id')" "$(sql ablate.proof 'SELECT answer FROM response ORDER BY item_id')"
