"""Text to data that knows where everything stands: YAML 1.2, JSON and TOML.

    match load_path("spec.yaml"):
        case Ok(document):
            document.data, document.span(("training_config", "epochs"))
        case Err(error):
            print(error)

One reading of scalars for all formats: text, integers, finite floats, booleans and null. Every finding is a
`Diagnostic` with line and column, and all of one text are found in one pass as far as it still parses.
"""

from crucible_train.source.document import Document, Format, SourceError
from crucible_train.source.load import load_bytes, load_path, load_text, parse_scalar

__all__ = ["Document", "Format", "SourceError", "load_bytes", "load_path", "load_text", "parse_scalar"]
