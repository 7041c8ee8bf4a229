"""Completion by TAB in bash: Hydra's own supports programs and script files, but not `python -m runner`.

The proposals come from Hydra (`-sc query=bash`), here also for the second and third value of a sweep.
"""

from collections.abc import Sequence

FLAGS = ("-sc", "--shell-completion", "--shell_completion")
INSTALL = r"""
_runner_completion()
{
    local line=${COMP_LINE:0:COMP_POINT} current=${COMP_WORDS[COMP_CWORD]}
    [[ $line =~ ^[^[:space:]]+[[:space:]]+-m[[:space:]]+runner(\.gradcheck)?[[:space:]]+(.*)$ ]] || return
    local rest=${BASH_REMATCH[2]//[\'\"]/} key= values=
    local typed=${rest##*[[:space:]]}
    rest=${rest%"$typed"}
    if [[ $typed == *=*,* ]]; then  # a sweep: complete what follows the last comma
        key=${typed%%=*}= values=${typed%,*},
    fi
    [[ $current == = ]] && current=
    local one before=${typed%"$current"}  # bash begins a new word after =
    for one in $(COMP_LINE="runner $rest$key${typed#"$values"}" "$1" -m runner -sc query=bash 2>/dev/null); do
        one=$values${one#"$key"}
        COMPREPLY+=("${one#"$before"}")
    done
    compopt -o nospace 2>/dev/null
}
complete -o default -F _runner_completion python python3
"""
UNINSTALL = """
complete -r python python3
unset -f _runner_completion
"""


def script_for(arguments: Sequence[str]) -> str | None:
    """The script for a shell to evaluate, if a command line requests it; everything else is left to Hydra."""
    if not set(FLAGS) & set(arguments):
        return None
    scripts = {"install=bash": INSTALL, "uninstall=bash": UNINSTALL}
    return next((scripts[argument] for argument in arguments if argument in scripts), None)
