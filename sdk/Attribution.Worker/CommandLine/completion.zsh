#compdef attribution
# Completion of `attribution` in zsh: source <(attribution completion zsh), after compinit; or as the file _attribution in a folder of $fpath.
_attribution() {
    local -a words_here
    words_here=("${(@f)$(attribution completion words --position "$CURSOR" -- "$BUFFER" 2>/dev/null)}")
    compadd -- "${words_here[@]}" || _files
}
compdef _attribution attribution
