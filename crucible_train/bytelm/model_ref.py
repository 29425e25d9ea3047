"""`ByteLMRef`: how a spec names the embedded model. Imports nothing heavier than pydantic."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal
from urllib.parse import unquote, urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, field_serializer
from pydantic_core import PydanticCustomError

from crucible_train.bytelm.architecture import Architecture

if TYPE_CHECKING:
    from crucible_train.session import SessionError

STRICT = ConfigDict(extra="forbid", strict=True, frozen=True, allow_inf_nan=False, defer_build=True)
"""One dialect of scalars, no unknown keys: the configuration of every model of a spec."""

EXTRA_PACKAGES = ("numpy", "safetensors")
"""What the embedded model needs of the `local` extra."""

_DEFAULT = Architecture()


def _check_uri(uri: str) -> str:
    parts = urlsplit(uri)
    if "://" in uri and (parts.scheme != "file" or parts.netloc not in ("", "localhost")):
        raise PydanticCustomError("artifact_uri", "Input should be a path or a file:// URI of this machine")
    return uri


_URI_SCHEMA: dict[str, Any] = {
    "anyOf": [
        {"not": {"pattern": "^[A-Za-z0-9+.-]*://"}},
        {"pattern": "^[Ff][Ii][Ll][Ee]://(localhost)?([/?#]|$)"},
        {"pattern": "[\\t\\r\\n]"},  # URIs are read without these
    ],
    "x-crucible-checked-by": ["CRU206", "CRU501"],
}
"""What a schema can say of `_check_uri`."""


class ByteLMOptions(BaseModel):
    """The sizes of a new model."""

    model_config = STRICT

    context_length: Annotated[int, Field(ge=1, le=1024)] = _DEFAULT.context_length
    """How many of the last tokens the model sees."""
    embedding_dim: Annotated[int, Field(ge=1, le=1024)] = _DEFAULT.embedding_dim
    """Numbers per token embedding."""
    hidden_dim: Annotated[int, Field(ge=1, le=8192)] = _DEFAULT.hidden_dim
    """Units of each of the two hidden layers."""


class ByteLMRef(BaseModel):
    """The embedded byte-level model: a new one, or a saved state of one."""

    model_config = STRICT

    id: Literal["byte-lm"]
    """The embedded model's name."""
    options: ByteLMOptions | None = None
    """Its sizes. With `artifact_uri`, the sizes given here must be those of the saved state."""
    artifact_uri: (
        Annotated[str, Field(min_length=1, json_schema_extra=_URI_SCHEMA), AfterValidator(_check_uri)] | None
    ) = None
    """A saved state to start from: a path or a `file://` URI. Its optimizer is not taken over."""
    provider: Literal["local"] | None = None
    """Who runs the model."""
    framework: Literal["numpy"] | None = None
    """What it is written in."""
    architecture: Literal["mlp"] | None = None
    """What kind of model it is: a multi-layer perceptron over a window of bytes."""
    name: str | None = None
    """A label of yours."""
    version: str | None = None
    """A label of yours."""
    task: str | None = None
    """A label of yours."""
    metadata: dict[str, Any] | None = None
    """Labels of yours."""

    @field_serializer("options")
    def _in_effect(self, options: ByteLMOptions | None) -> ByteLMOptions | None:
        """A new model has the default sizes, whether they are written out or not."""
        return ByteLMOptions() if options is None and self.artifact_uri is None else options

    @property
    def sizes(self) -> Architecture:
        """The architecture of a new model."""
        return Architecture(**(self.options or ByteLMOptions()).model_dump())

    @property
    def chosen_sizes(self) -> dict[str, int]:
        """The sizes that were given explicitly."""
        return self.options.model_dump(exclude_unset=True) if self.options else {}

    @property
    def artifact_path(self) -> Path | None:
        """Where the saved state is, if one is named."""
        if self.artifact_uri is None:
            return None
        is_uri = self.artifact_uri.startswith("file://")
        return Path(unquote(urlsplit(self.artifact_uri).path) if is_uri else self.artifact_uri)


def unsupported_config(error: ValidationError) -> SessionError:
    """A failed validation as `unsupported_config`, with every problem and where it is."""
    from crucible_train.session import SessionError, SessionErrorCode  # checking a spec needs neither

    problems = [
        f"{'.'.join(str(part) for part in problem['loc'])}: {problem['msg']}"
        for problem in error.errors(include_url=False)
    ]
    return SessionError(SessionErrorCode.UNSUPPORTED_CONFIG, "; ".join(problems))


def missing_dependency(error: ModuleNotFoundError) -> SessionError:
    """What to install when a package of the `local` extra is not there. Any other missing module is a bug."""
    from crucible_train.session import SessionError, SessionErrorCode  # checking a spec needs neither

    if error.name not in EXTRA_PACKAGES:
        raise error
    message = f"the local backend needs {error.name}: pip install 'crucible-train[local]'"
    return SessionError(SessionErrorCode.MISSING_DEPENDENCY, message)
