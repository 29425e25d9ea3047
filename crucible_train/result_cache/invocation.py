"""Which command lines are cached, and what tells one from another."""

from __future__ import annotations

import os
import sys

from crucible_train.result_cache.record import digest

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import TextIO

CI = ("CI", "TF_BUILD", "JENKINS_URL", "TEAMCITY_VERSION", "CODEBUILD_BUILD_ID")
"""Variables of CI systems. A gate must not believe a file of the repository that it judges."""

_NAMES = (
    *("NO_COLOR", "FORCE_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "TERM", "COLUMNS"),
    *("GITHUB_WORKSPACE", "CI_PROJECT_DIR", "LANG", "LANGUAGE"),
)
_PREFIXES = ("CRUCIBLE_", "PYTHON", "PYDANTIC_", "LC_")
_SECRETS = "CRUCIBLE_SECRETS"
"""Several in one variable are no text of which only the name matters, as it does of `CRUCIBLE_SECRETS__NAME`.
Of a secret's text, not even a digest is kept."""


def key_of(arguments: Sequence[str], version: str, environ: Mapping[str, str]) -> str | None:
    """The name of the record for this command line, here and now, in 64 hexadecimal digits.

    None where there must be none: standard input is read, or the cache is not wanted or not to be trusted.
    """
    if arguments[:1] != ["validate"] or "-" in arguments or "--no-cache" in arguments:
        return None
    if os.name != "posix" or any(environ.get(name) for name in CI):
        return None  # elsewhere Python asks the system in ways that `recording` cannot hear
    try:
        here = os.getcwd()
        streams = [_stream(sys.stdout), _stream(sys.stderr)]
    except (OSError, AttributeError):  # no current directory, no stream or one of another kind
        return None
    facts = [version, sys.version, sys.executable, repr(sys.flags), here, *sys.path, "", *arguments, ""]
    for name in sorted(environ):
        upper = name.upper()
        if upper == _SECRETS:
            return None
        if upper.startswith(f"{_SECRETS}__"):
            facts.append(name)
        elif upper in _NAMES or upper.startswith(_PREFIXES):
            facts += name, environ[name]
    facts += "", *streams
    return digest("\0".join(facts).encode("utf-8", "surrogatepass"))


def _stream(stream: TextIO) -> str:
    """What a report may depend on: the characters that can be shown, whether it is a terminal, its width."""
    is_terminal = stream.isatty()
    try:
        columns = os.get_terminal_size(stream.fileno()).columns if is_terminal else None
    except OSError:
        columns = None
    return f"{stream.encoding} {is_terminal} {columns}"
