# Completion of `attribution` in bash: source <(attribution completion bash)
_attribution() {
    local IFS=$'\n'
    COMPREPLY=($(compgen -W "$(attribution completion words --position "$COMP_POINT" -- "$COMP_LINE" 2>/dev/null)" -- "${COMP_WORDS[COMP_CWORD]}"))
}
complete -o default -F _attribution attribution
