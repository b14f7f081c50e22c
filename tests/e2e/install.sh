#!/usr/bin/env bash
# What `cmake --install` leaves behind works where it lies: the program with its modules, the manual,
# the completion, the suites and datasets, and the library for modules outside of the tree.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

# Wherever it is put: a prefix that the build does not know.
prefix=$folder/some/where
run_expect 0 cmake --install "$build" --prefix "$prefix"
installed=$prefix/bin/proofsheet
share=$prefix/share

say "everything is there"
for file in bin/proofsheet lib/proofsheet/proofsheet-media.so lib/proofsheet/proofsheet-perception.so \
    lib/libproofsheet-harness.a lib/pkgconfig/proofsheet.pc include/proofsheet/harness/metric.h \
    share/man/man1/proofsheet.1 share/bash-completion/completions/proofsheet \
    share/proofsheet/suites/demo.yaml share/proofsheet/datasets/documents/manifest.json \
    share/proofsheet/datasets/speech/samples.jsonl share/proofsheet/datasets/speech/LICENSE \
    share/doc/proofsheet/LICENSE share/doc/proofsheet/docs/suites.md share/doc/proofsheet/docs/ci/github.yml; do
    [ -s "$prefix/$file" ] || fail "$file is not there"
done
assert_eq "sources and recipes" "$(find "$prefix" -name '*.c' -o -name recipe -o -name '*.py')" ""
for file in "$installed" "$prefix"/lib/proofsheet/*.so; do
    assert_lacks "dynamic section of $file" "$(readelf -d "$file")" "(RPATH)"
    assert_lacks "dynamic section of $file" "$(readelf -d "$file")" "(RUNPATH)"
done
# Sanitizers leave the paths of sources in a program; a release has no use for any.
if grep -q '^CMAKE_BUILD_TYPE:STRING=Release' "$build/CMakeCache.txt"; then
    ! grep -lF "$build" "$installed" "$prefix"/lib/proofsheet/*.so || fail "the build folder's path was left"
fi

say "the program runs from there, on the datasets that came with it"
run_expect 0 "$installed" --version
assert_contains "version" "$out" "proofsheet $(sed -n 's/^CMAKE_PROJECT_VERSION:STATIC=//p' "$build/CMakeCache.txt")"
for dataset in documents speech; do
    run_expect 0 "$installed" dataset verify "$share/proofsheet/datasets/$dataset"
done
cp "$share/proofsheet/suites/demo.yaml" demo.yaml
sed -i "s,\.\./datasets,$share/proofsheet/datasets,; /snr@/d; s/\[blur@1.5.*/[blur@1.5]/" demo.yaml
# Nothing of the build tree is needed: the modules are found beside the program.
run_expect 0 "$installed" run demo.yaml --model reference/modular --limit 1 --run demo.proof -q -o demo.html
assert_eq "answers" "$(sql demo.proof 'SELECT count(*) FROM response')" 3
assert_eq "pages that could not be read" "$(sql demo.proof "SELECT count(*) FROM response WHERE outcome = 'failed'")" 0

say "the manual"
manual=$share/man/man1/proofsheet.1
if command -v mandoc >/dev/null; then
    run_expect 0 mandoc -T lint -W warning "$manual"
    run_expect 0 mandoc -T utf8 "$manual"
else
    run_expect 0 groff -mdoc -ww -z -T utf8 "$manual"
    assert_eq "warnings" "$err" ""
    run_expect 0 groff -mdoc -T utf8 "$manual"
fi
manual_text=$(sed -e $'s/.\b//g' -e $'s/\e\\[[0-9;]*m//g' <<<"$out")
commands=$("$installed" --help | awk '/^Commands:/ { on = 1; next } !NF { on = 0 } on { print $1 }')
assert_contains "commands" "$commands" run
for command in $commands; do
    assert_contains "the manual, on commands" "$manual_text" "proofsheet $command"
    for flag in $("$installed" "$command" --help | sed -nE 's/^  (-[a-z], )?(--[a-z-]+).*/\2/p'); do
        assert_contains "the manual, on $command" "$manual_text" "$flag"
    done
done

say "completion"
# What bash would offer for a command line, the last word being the one that is typed.
offered() { # WORD…
    PATH=$prefix/bin:$PATH bash --norc -c '
        . "$1"
        COMP_WORDS=(proofsheet "${@:2}") COMP_CWORD=$(($# - 1))
        _proofsheet proofsheet "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
        printf "%s\n" "${COMPREPLY[@]}"' bash "$share/bash-completion/completions/proofsheet" "$@" | sort | xargs
}
bash --norc -c ". '$share/bash-completion/completions/proofsheet'; complete -p proofsheet" >/dev/null
mkdir files
(
    cd files
    touch a.yaml b.proof c.jsonl d.html e.json
    mkdir folder
    assert_eq "commands" "$(offered '')" "$(sort <<<"$commands" | xargs)"
    assert_eq "commands with re" "$(offered re)" report
    assert_eq "suites" "$(offered run '')" "a.yaml folder"
    assert_eq "run files" "$(offered report '')" "b.proof folder"
    assert_eq "flags" "$(offered run --max-)" "--max-connections --max-image-pixels --max-image-side --max-request-bytes --max-request-tokens --max-retries --max-tokens"
    assert_eq "flags of report" "$(offered report --)" "--help --output --quiet"
    assert_eq "systems" "$(offered run a.yaml --model '')" "exec/ openai/ reference/modular replay/"
    assert_eq "systems with re" "$(offered run a.yaml -m ref)" "reference/modular"
    assert_eq "systems after =" "$(offered run a.yaml --model = op)" "openai/"
    assert_eq "recordings" "$(offered run a.yaml --model replay/)" "replay/c.jsonl replay/folder"
    assert_eq "outputs" "$(offered run a.yaml -o '')" "d.html e.json folder"
    assert_eq "runs to compare" "$(offered compare b.proof '')" "b.proof folder"
    assert_eq "flags of gate" "$(offered gate b.proof --)" "--allow-other-data --baseline --help --output --policy --quiet"
    assert_eq "baselines" "$(offered gate b.proof --baseline '')" "b.proof folder"
    assert_eq "policies" "$(offered run a.yaml -p '')" "a.yaml folder"
    assert_eq "metrics of audit" "$(offered audit b.proof -m token)" "token_f1"
    assert_eq "numbers" "$(offered run a.yaml --limit '')" ""
    assert_eq "what to do with a dataset" "$(offered dataset '')" "build info verify"
    assert_eq "datasets" "$(offered dataset info '')" "c.jsonl folder"
)

say "the library"
export PKG_CONFIG_PATH=$prefix/lib/pkgconfig
assert_eq "version" "proofsheet $(pkg-config --modversion proofsheet)" "$("$installed" --version)"
cat >uses.c <<'C'
#include "harness/json.h"
#include "harness/stats/intervals.h"

#include <stdio.h>

int main(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(cJSON) value = ps_json_parse("{\"answer\": 42}", 14, &error);
    PsInterval interval = ps_wilson(10, 10, 0.95);
    printf("%g %.3f\n", ps_json_number(value, "answer", 0), interval.low);
    return error == NULL ? 0 : 1;
}
C
# shellcheck disable=SC2046 # words
run_expect 0 "${CC:-cc}" -std=c11 -Wall -Wextra -Werror uses.c $(pkg-config --cflags proofsheet) -o uses $(pkg-config --libs proofsheet)
run_expect 0 ./uses
assert_eq "what it prints" "$out" "42 0.722"
for header in "$prefix"/include/proofsheet/harness/*.h; do
    printf '#include "harness/%s"\n' "$(basename "$header")"
done >all.c
# shellcheck disable=SC2046
run_expect 0 "${CC:-cc}" -std=c11 -D_GNU_SOURCE -Wall -Wextra -Werror -fsyntax-only $(pkg-config --cflags proofsheet) -x c all.c
assert_lacks "compile flags" "$(pkg-config --cflags proofsheet)" "$repository"

say "below a staging folder (DESTDIR) nothing else is touched"
DESTDIR=$folder/stage run_expect 0 cmake --install "$build" --prefix /opt/proofsheet-test
assert_eq "files outside of the prefix" "$(find stage -type f -not -path 'stage/opt/proofsheet-test/*')" ""
assert_contains "the .pc file" "$(<stage/opt/proofsheet-test/lib/pkgconfig/proofsheet.pc)" "prefix=/opt/proofsheet-test"
