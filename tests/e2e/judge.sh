#!/usr/bin/env bash
# The judge: a program that rates answers. What it is told, what is kept of it, that nothing is asked
# twice, that its failures are counted, and that no system judges itself by accident.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

# Rates 5 what is accepted, else 1; says something else of question 3; logs what it is told.
cat >judge.py <<'PY'
import json, sys
for line in sys.stdin:
    request = json.loads(line)
    text = request["parts"][0]["text"]
    with open("judge.log", "a") as log:
        log.write(line)
    accepted = text.split("Accepted answers:\n- ")[1].split("\n")[0]
    answer = text.split("Answer to rate:\n")[1].strip()
    reply = "5" if answer == accepted else "It is off.\nRating: 1"
    if "question 00003" in text:
        reply = "I like it"
    print(json.dumps({"id": request["id"], "answer": reply}), flush=True)
PY
make_texts 10 texts.jsonl
cat >suite.yaml <<'YAML'
suite: judged
tasks:
  - name: task
    dataset: texts.jsonl
    prompt: Say it again.
    metrics: [exact_match, judge, judge_failed]
judge:
  model: exec/python3 judge.py
  rubric: The answer says what was asked for.
  scale: [1, 5]
YAML

# Right, but for questions 0 and 1, which are answered alike, and 2, which is not answered.
jq -c '{id, answer: (if .id == "t00000" or .id == "t00001" then "no" else .references[0] end)}' texts.jsonl |
    sed '3s/"answer":.*}/"outcome":"timed out"}/' >recorded.jsonl

say "the answers are rated after the run"
run_expect 0 "$proofsheet" run suite.yaml --model replay/recorded.jsonl --run a.proof -o a.json
assert_contains "what was asked" "$err" "judge: 9 answers, 9 questions asked, 0 known"
assert_eq "questions" "$(wc -l <judge.log)" 9
assert_eq "ratings" "$(sql a.proof "SELECT item_id, numerator FROM score JOIN metric ON metric.id = metric
    WHERE name = 'judge' ORDER BY item_id" | tr '\n' ' ')" "0|0.0 1|0.0 4|1.0 5|1.0 6|1.0 7|1.0 8|1.0 9|1.0 "
assert_eq "failures" "$(sql a.proof "SELECT sum(numerator), count(*) FROM score JOIN metric ON metric.id = metric
    WHERE name = 'judge_failed'")" "1.0|9"
grep -m 1 'question 00005' judge.log | jq -r '.prompt, .parts[0].text' >told
for piece in "The answer says what was asked for." "from 1 (worst) to 5 (best)" "Say it again." "- question 00005"; do
    assert_contains "what the judge is told" "$(cat told)" "$piece"
done

say "its agreement with the references is a fact of the run"
fact=$(sql a.proof "SELECT value FROM info WHERE name = 'fact judge of task'")
assert_contains "the fact" "$fact" "8 answers rated, failures of the judge: 1"
assert_contains "the fact" "$fact" "α with exact_match 1.000 (ordinal), 1.000 (nominal), n = 8"
assert_contains "the report" "$(cat a.json)" "exec/python3 judge.py, scale 1 to 5"

say "nothing is asked twice"
run_expect 0 "$proofsheet" run suite.yaml --model replay/recorded.jsonl --run a.proof
assert_contains "what was asked" "$err" "judge: 9 answers, 0 questions asked, 9 known"
run_expect 0 "$proofsheet" score a.proof --judge
assert_contains "what was asked" "$out" "0 questions asked, 9 known"
run_expect 0 "$proofsheet" score a.proof
assert_eq "questions" "$(wc -l <judge.log)" 9
assert_eq "ratings stay" "$(sql a.proof "SELECT count(*) FROM score JOIN metric ON metric.id = metric WHERE name = 'judge'")" 8

say "one content is one question, however often it stands there"
run_expect 0 "$proofsheet" run suite.yaml --model replay/recorded.jsonl --run epochs.proof --epochs 3
assert_contains "what was asked" "$err" "judge: 27 answers, 9 questions asked, 18 known"

say "later, from the run file"
run_expect 0 "$proofsheet" run suite.yaml --model replay/recorded.jsonl --run b.proof --no-judge
assert_eq "ratings" "$(sql b.proof "SELECT count(*) FROM score JOIN metric ON metric.id = metric WHERE name LIKE 'judge%'")" 0
run_expect 0 "$proofsheet" score b.proof --judge
assert_contains "what was asked" "$out" "judge: 9 answers, 9 questions asked, 0 known"
dump a.proof >a.dump
dump b.proof >b.dump
assert_same_files "the two runs" b.dump a.dump

say "where no reply came the question is asked again"
sed 's/^judge:/judge: # asked again/; s/judge.py/broken.py/' suite.yaml >broken.yaml
cat >broken.py <<'PY'
import json, os, sys
for line in sys.stdin:
    request = json.loads(line)
    outcome = {"answer": "4"} if os.path.exists("mended") else {"outcome": "failed", "error": "out of order"}
    print(json.dumps({"id": request["id"], **outcome}), flush=True)
PY
run_expect 0 "$proofsheet" run broken.yaml --model replay/recorded.jsonl --run c.proof -q
assert_contains "the fact" "$(sql c.proof "SELECT value FROM info WHERE name = 'fact judge of task'")" \
    "0 answers rated, failures of the judge: 9"
assert_eq "why" "$(sql c.proof 'SELECT DISTINCT error FROM judgement')" "out of order"
touch mended
run_expect 0 "$proofsheet" score c.proof --judge
assert_contains "what was asked" "$out" "9 questions asked, 0 known"
assert_contains "the fact" "$(sql c.proof "SELECT value FROM info WHERE name = 'fact judge of task'")" \
    "9 answers rated, failures of the judge: 0; "

say "a pass that was killed goes on where it was"
cat >slow.py <<'PY'
import json, re, sys, time
for line in sys.stdin:
    time.sleep(0.3 * (1 + int(re.search(r"question 0*(\d)", line).group(1))))
    print(json.dumps({"id": json.loads(line)["id"], "answer": "2"}), flush=True)
PY
sed 's/judge.py/slow.py/' suite.yaml >slow.yaml
run_expect 0 "$proofsheet" run slow.yaml --model replay/recorded.jsonl --run k.proof -q --no-judge
"$proofsheet" score k.proof --judge >killed 2>&1 &
started+=("$!")
for _ in $(seq 200); do
    [ "$(sql k.proof 'SELECT count(*) FROM judgement' 2>/dev/null || echo 0)" = 0 ] || break
    sleep 0.05
done
kill -KILL "${started[-1]}"
wait "${started[-1]}" 2>/dev/null || true
before=$(sql k.proof 'SELECT count(*) FROM judgement')
assert_number "what was kept" "$before >= 1 && $before < 9"
run_expect 0 "$proofsheet" score k.proof --judge
assert_contains "what was asked" "$out" "$((9 - before)) questions asked, $before known"
assert_eq "ratings" "$(sql k.proof 'SELECT count(*) FROM judgement WHERE rating = 2')" 9

say "a judge that is asked nothing is not opened"
sed 's/judge.py/gone.py/; s/python3/no-such-program/' suite.yaml >gone.yaml
printf '{"id":"t00000","outcome":"refused"}\n' >none.jsonl
run_expect 0 "$proofsheet" run gone.yaml --model replay/none.jsonl --run n.proof
assert_contains "what was asked" "$err" "judge: 0 answers, 0 questions asked"
run_expect 69 "$proofsheet" run gone.yaml --model replay/recorded.jsonl --run o.proof
assert_one_message
assert_eq "the answers are kept" "$(sql o.proof "SELECT count(*) FROM response")" 10

say "no system judges itself unless it is told to"
rm judge.log
run_expect 78 "$proofsheet" run suite.yaml --model 'exec/python3 judge.py' --run d.proof
assert_one_message
assert_contains "the message" "$err" "would judge its own answers"
[ ! -e judge.log ] || fail "it was asked"
sed 's/judge.py/echo.py/' suite.yaml >self.yaml
printf 'import json, sys\nfor line in sys.stdin:\n    print(json.dumps({"id": json.loads(line)["id"], "answer": "3"}), flush=True)\n' >echo.py
run_expect 0 "$proofsheet" run self.yaml --model 'exec/python3 echo.py' --run d.proof --self-judge
assert_contains "what was asked" "$err" "10 questions asked"

say "suites that do not hang together"
sed '/^judge:/,$d' suite.yaml >without.yaml
run_expect 78 "$proofsheet" run without.yaml --model replay/recorded.jsonl --run e.proof
assert_contains "the message" "$err" "judge needs a judge in the suite"
sed 's/, judge, judge_failed//' suite.yaml >unused.yaml
run_expect 78 "$proofsheet" run unused.yaml --model replay/recorded.jsonl --run e.proof
assert_contains "the message" "$err" "is asked by no metric"
sed 's/\[1, 5\]/[5, 1]/' suite.yaml >scale.yaml
run_expect 78 "$proofsheet" run scale.yaml --model replay/recorded.jsonl --run e.proof
assert_contains "the message" "$err" "must be two numbers, worst and best"
sed 's,exec/python3 judge.py,nobody/x,' suite.yaml >nobody.yaml
run_expect 64 "$proofsheet" run nobody.yaml --model replay/recorded.jsonl --run e.proof
assert_contains "the message" "$err" "judge nobody/x: not PROVIDER/NAME"
make_suite plain.yaml texts.jsonl
run_expect 0 "$proofsheet" run plain.yaml --model replay/recorded.jsonl --run f.proof -q
run_expect 64 "$proofsheet" score f.proof --judge
assert_contains "the message" "$err" "the suite has no judge"

say "through an event-driven adapter"
start_mock
sed 's,exec/python3 judge.py,openai/judge,' suite.yaml >openai.yaml
run_expect 0 "$proofsheet" run openai.yaml --model replay/recorded.jsonl --run g.proof
assert_contains "what was asked" "$err" "9 questions asked"
assert_eq "replies" "$(sql g.proof 'SELECT count(*) FROM judgement WHERE reply IS NOT NULL AND rating IS NULL')" 9
