#!/usr/bin/env bash
# The workflows of docs/ci do what docs/ci/README.md says: every command in them runs as it stands, with
# the policy that is beside them, on a small suite with recorded answers. tests/e2e/ci_service.py stands for the
# service. Two things are not what they are there: installing packages and building, since what was
# built is tested (scripts/install-dependencies and cmake are programs that note their call).
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

policy=$repository/docs/ci/policy.yaml

# The tasks that the policy is about, as text: 300 recordings by 100 voices in three codecs, 300 pages.
samples() { # ATTRIBUTES
    awk -v attributes="$1" 'BEGIN { split("gsm pcm g722", codecs, " "); split("receipt invoice table", documents, " ")
        for (i = 0; i < 300; i++) {
            line = attributes; sub(/CODEC/, codecs[i % 3 + 1], line); sub(/DOCUMENT/, documents[i % 3 + 1], line)
            printf "{\"id\":\"s%d\",\"cluster\":\"c%d\",\"parts\":[{\"text\":\"q%d\"}],\"references\":[\"seven two\"],%s}\n", i, i / 3, i, line } }'
}
mkdir project
samples '"attributes":{"codec":"CODEC"}' >project/speech.jsonl
samples '"attributes":{"document":"DOCUMENT"}' >project/documents.jsonl
cat >project/suite.yaml <<'Y'
suite: small
tasks:
  - {name: speech, dataset: speech.jsonl, metrics: [wer], slicers: [codec]}
  - {name: documents, dataset: documents.jsonl, metrics: [anls], slicers: ["attribute:document"]}
Y

# Right unless the condition on i holds, in both tasks.
predictions() { # FILE CONDITION
    awk 'BEGIN { for (i = 0; i < 300; i++)
        printf "{\"id\":\"s%d\",\"answer\":\"%s\",\"latency_ms\":%d}\n", i, ('"$2"') ? "none heard" : "seven two", 100 + i % 7 }' >"project/$1"
}
predictions old.jsonl 'i % 20 == 0'
predictions good.jsonl 'i % 20 == 1'
predictions bad.jsonl 'i % 20 == 0 || (i % 3 == 0 && i % 4 < 2)'
predictions poor.jsonl 'i % 2'

# Programs in the place of those that install and build; proofsheet is in the PATH.
mkdir -p bin project/scripts
printf '#!/bin/sh\necho "cmake $*" >>"%s/calls"\n' "$folder" >bin/cmake
printf '#!/bin/sh\necho install-dependencies >>"%s/calls"\n' "$folder" >project/scripts/install-dependencies
ln -s "$proofsheet" bin/proofsheet
chmod +x bin/* project/scripts/*
PATH=$folder/bin:$PATH

system() { sql "$1" "SELECT json_extract(value, '\$.system') FROM info WHERE name = 'plan'"; }

job() { # STATUS SERVICE NAME MODEL CIRCUMSTANCE…: the job in a new workspace, called NAME
    local status=$1 service=$2 name=$2-$3 model=$4
    rm -rf "$name" calls
    cp -r project "$name"
    [ "$service" = gitlab ] || cp -r project "$name/proofsheet"
    cp "$policy" "$name/proofsheet-policy.yaml"
    mkdir -p "$service-cache"
    run_expect "$status" python3 "$tests/ci_service.py" "$service" "$repository/docs/ci/$service.yml" "$folder/$name" "$folder/$service-cache" "${@:5}"
    assert_eq "what was called" "$(sed 's/ -.*//; s/ build.*//' calls | xargs)" "install-dependencies cmake cmake cmake"
    grep -qxF run.proof "$name/artifacts" || fail "the run is no artifact"
    assert_eq "the system" "$(system "$name/run.proof")" "replay/$model"
}
baseline() { # SERVICE: the system of the run that the cache holds
    local newest
    newest=$(find "$1-cache" -name run.proof | sort | tail -n 1)
    [ -z "$newest" ] || system "$newest"
}
failures() { xmllint --xpath 'count(//failure)' "$1/gate.xml"; }

run_id=1000
github() { # STATUS NAME MODEL REF [CIRCUMSTANCE…]
    run_id=$((run_id + 1))
    job "$1" github "$2" "$3" "github.ref=$4" "github.run_id=$run_id" github.run_attempt=1 github.repository=a/b \
        vars.PROOFSHEET_SUITE=suite.yaml "vars.PROOFSHEET_MODEL=replay/$3" "${@:5}"
    [ -s "github-$2/step-summary" ] || fail "there is no summary"
}
main=refs/heads/main pull=refs/pull/7/merge

say "GitHub: the first run passes, and is the baseline"
github 0 first old.jsonl $main
assert_eq "the baseline" "$(baseline github)" replay/old.jsonl
assert_contains "the summary" "$(<github-first/step-summary)" "there is no baseline"

say "GitHub: a good pull request"
github 0 good good.jsonl $pull
assert_contains "stdout" "$out" "::notice title=gate%3A pass"
assert_lacks "stdout" "$out" "::error"
assert_eq "failures" "$(failures github-good)" 0
assert_eq "the baseline" "$(baseline github)" replay/old.jsonl
assert_eq "artifacts" "$(xargs <github-good/artifacts)" "gate.html gate.xml report.html run.proof"

say "GitHub: a bad pull request"
github 1 bad bad.jsonl $pull
assert_contains "annotations" "$(grep ^::error stdout)" "title=gate%3A speech codec=gsm wer"
assert_lacks "annotations" "$(grep ^:: stdout)" "codec=g722"
assert_contains "stdout" "$out" "## Gate: failure"
assert_contains "stdout" "$out" "## Make it the baseline: skipped"
assert_contains "the summary" "$(<github-bad/step-summary)" "codec=gsm"
assert_number "failures" "$(failures github-bad) > 0"
assert_eq "artifacts" "$(xargs <github-bad/artifacts)" "gate.html gate.xml report.html run.proof"

say "GitHub: on main a pass is the new baseline, a fail only if it is accepted"
github 0 merged good.jsonl $main
assert_eq "the baseline" "$(baseline github)" replay/good.jsonl
github 1 broken bad.jsonl $main
assert_eq "the baseline" "$(baseline github)" replay/good.jsonl
github 1 accepted bad.jsonl $main inputs.accept=true
assert_eq "the baseline" "$(baseline github)" replay/bad.jsonl
github 0 elsewhere good.jsonl refs/heads/other inputs.accept=true
assert_eq "the baseline" "$(baseline github)" replay/bad.jsonl

say "GitHub: bounds hold against the first run too"
rm -r github-cache
github 1 poor poor.jsonl $main
assert_eq "the baseline" "$(baseline github)" ""

gitlab() { # STATUS NAME MODEL CIRCUMSTANCE…
    job "$1" gitlab "$2" "$3" CI_DEFAULT_BRANCH=main PROOFSHEET_SUITE=suite.yaml "PROOFSHEET_MODEL=replay/$3" "${@:4}"
}
on_main="CI_PIPELINE_SOURCE=push CI_COMMIT_BRANCH=main"
in_request="CI_PIPELINE_SOURCE=merge_request_event"

# shellcheck disable=SC2086 # words
{
    say "GitLab: the first run"
    gitlab 0 first old.jsonl $on_main
    assert_eq "the baseline" "$(baseline gitlab)" replay/old.jsonl

    say "GitLab: a good merge request"
    gitlab 0 good good.jsonl $in_request
    assert_eq "failures" "$(failures gitlab-good)" 0
    assert_eq "the baseline" "$(baseline gitlab)" replay/old.jsonl
    assert_eq "artifacts" "$(xargs <gitlab-good/artifacts)" "gate.html gate.xml report.html run.proof"

    say "GitLab: a bad merge request"
    gitlab 1 bad bad.jsonl $in_request
    assert_number "failures" "$(failures gitlab-bad) > 0"
    assert_contains "what fails" "$(xmllint --xpath '//testcase[failure]/@name' gitlab-bad/gate.xml)" "codec=gsm"

    say "GitLab: undecided is a warning"
    head -n 30 project/speech.jsonl >few.jsonl
    mv few.jsonl project/speech.jsonl
    rm -r gitlab-cache
    gitlab 3 few-first old.jsonl $on_main
    assert_eq "the baseline" "$(baseline gitlab)" ""
    gitlab 3 few-accepted old.jsonl $on_main PROOFSHEET_ACCEPT=yes
    assert_eq "the baseline" "$(baseline gitlab)" replay/old.jsonl
    gitlab 3 few old.jsonl $in_request
    assert_eq "failures" "$(failures gitlab-few)" 0

    say "GitLab: on main a fail is the new baseline only if it is accepted"
    gitlab 1 broken bad.jsonl $on_main
    assert_eq "the baseline" "$(baseline gitlab)" replay/old.jsonl
    gitlab 1 accepted bad.jsonl $on_main PROOFSHEET_ACCEPT=yes
    assert_eq "the baseline" "$(baseline gitlab)" replay/bad.jsonl
}
