"""
`pipes-trigger completion`: what a shell sources to complete commands, options, files and pipes.
"""

from __future__ import annotations

from typing import Final

import click
from click.shell_completion import get_completion_class

_SHELLS: Final = ("bash", "zsh", "fish")
_PROGRAM: Final = "pipes-trigger"
# Click's own name for it, from the program's; with it set, `main` answers the shell and nothing else.
VARIABLE: Final = "_PIPES_TRIGGER_COMPLETE"


@click.command(
    epilog="""\b
Where your shell begins, put its line:
  ~/.bashrc:  eval "$(pipes-trigger completion bash)"
  ~/.zshrc:   eval "$(pipes-trigger completion zsh)"
  ~/.config/fish/config.fish:
              pipes-trigger completion fish | source
"""
)
@click.argument("shell", type=click.Choice(_SHELLS))
@click.pass_context
def completion(context: click.Context, shell: str) -> None:
    """
    Print the script that makes a shell complete on Tab.

    Completed are commands, options and their choices, files, the pipes and the stacks of an assembly.
    """
    made = get_completion_class(shell)
    assert made is not None  # noqa: S101 - click has the three
    root = context.find_root().command
    # Not `source()`: click asks bash for its version there, which is not the shell that will read this.
    complete = made(root, {}, _PROGRAM, VARIABLE)
    click.echo(complete.source_template % complete.source_vars())
