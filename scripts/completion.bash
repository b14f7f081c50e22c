# Bash completion for proofsheet: commands, flags, systems, and the files that a command takes.
# What there is, is asked of the program itself, so that this file never lags behind it.
# Install as share/bash-completion/completions/proofsheet, or source it.

_proofsheet_words() { # WORDS: those that begin with what was typed
    mapfile -t COMPREPLY < <(compgen -W "$1" -- "$cur")
}

_proofsheet_files() { # EXTENSION…: files with one of them (none: any), and folders
    local name extension
    COMPREPLY=()
    compopt -o filenames 2>/dev/null
    while IFS= read -r name; do
        if [[ -d $name || $# -eq 0 ]]; then COMPREPLY+=("$name"); fi
        for extension in "$@"; do
            if [[ -f $name && $name == *"$extension" ]]; then COMPREPLY+=("$name"); fi
        done
    done < <(compgen -f -- "$cur")
}

_proofsheet_commands() {
    "$program" --help 2>/dev/null | awk '/^Commands:/ { on = 1; next } !NF { on = 0 } on { print $1 }'
}

_proofsheet_flags() { # COMMAND
    "$program" "$1" --help 2>/dev/null | grep -oE -- '(^|[ ,])--?[a-z][a-z-]*' | tr -d ' ,' | sort -u
}

# The rows of one section of `proofsheet list`.
_proofsheet_list() { # SECTION
    "$program" list 2>/dev/null | awk -v section="$1" '/^[^ ]/ { on = index($0, section) == 1 } on && /^  / { print $1 }'
}

# Providers whose system has a name of its own are completed up to the slash.
_proofsheet_model() {
    if [[ $cur == replay/* ]]; then
        cur=${cur#replay/}
        _proofsheet_files .jsonl
        COMPREPLY=("${COMPREPLY[@]/#/replay/}")
        return
    fi
    _proofsheet_words "$(_proofsheet_list Systems | sed -E 's,/[A-Z].*,/,')"
    [[ ${COMPREPLY[*]} != */ ]] || compopt -o nospace 2>/dev/null
}

# The value of a flag. False if the flag takes none that can be guessed at.
_proofsheet_value() { # FLAG
    case $1 in
        -m | --model | --metric)
            if [[ ${words[1]} == audit ]]; then _proofsheet_words "$(_proofsheet_list Metrics)"; else _proofsheet_model; fi
            ;;
        -r | --run | -b | --baseline) _proofsheet_files .proof ;;
        -o | --output)
            # shellcheck disable=SC2046 # one word an extension
            if [[ ${words[1]} == dataset ]]; then _proofsheet_files; else _proofsheet_files $(_proofsheet_list Reports); fi
            ;;
        -p | --policy | -t | --target) _proofsheet_files .yaml .yml ;;
        --sampling) _proofsheet_words "uniform keyframe hierarchical" ;;
        --action) _proofsheet_words "abstain fallback human" ;;
        --limit | --epochs | --max-connections | --max-retries | --timeout | --rate | --temperature | --max-tokens | --seed | \
            --price-input | --price-output | \
            --frames | --pages | --series-rows | --max-image-pixels | --max-image-side | \
            --max-request-bytes | --max-request-tokens | \
            --budget-pixels | --budget-seconds | --budget-tokens | --budget-bytes | \
            --port | --max-body | --max-memory | --sequences | --threads | \
            --flips | -g | --group | --min-n | --positive | --pair | --reference | \
            -k | --key | --level | --min-support | --fdr | \
            -d | --drop | --alpha | --power | --tests | --correlation | --accuracy | --icc)
            COMPREPLY=()
            ;;
        *) return 1 ;;
    esac
    return 0
}

_proofsheet_arguments() { # COMMAND
    case $1 in
        run) _proofsheet_files .yaml .yml ;;
        report | score | compare | gate | audit | discover) _proofsheet_files .proof ;;
        power) _proofsheet_files .proof .yaml .yml ;;
        check) _proofsheet_files .json ;;
        model) if ((cword == 2)); then _proofsheet_words "info check"; else _proofsheet_files .gguf; fi ;;
        serve) _proofsheet_files .gguf ;;
        import) if ((cword == 2)); then _proofsheet_words "$(_proofsheet_list Importers)"; else _proofsheet_files; fi ;;
        dataset) if ((cword == 2)); then _proofsheet_words "info verify build"; else _proofsheet_files .jsonl .h5; fi ;;
    esac
}

_proofsheet() {
    local program=$1 cur=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]}
    local cword=$COMP_CWORD words=("${COMP_WORDS[@]}")
    COMPREPLY=()
    # Bash parts --flag=value into three words.
    if [[ $cur == "=" ]]; then
        cur=""
    elif [[ $previous == "=" ]]; then
        previous=${COMP_WORDS[COMP_CWORD - 2]}
    fi
    if ((cword == 1)); then
        if [[ $cur == -* ]]; then _proofsheet_words "--help --version"; else _proofsheet_words "$(_proofsheet_commands)"; fi
    elif _proofsheet_value "$previous"; then
        :
    elif [[ $cur == -* ]]; then
        _proofsheet_words "$(_proofsheet_flags "${words[1]}")"
    else
        _proofsheet_arguments "${words[1]}"
    fi
}

complete -F _proofsheet proofsheet
