"""Findings about a spec: `Diagnostic`, the catalogue of codes, did-you-mean, and the error enums."""

from crucible_train.diagnostics.diagnostic import Diagnostic, Loc, Severity, Span, format_loc, sort_key

__all__ = ["Diagnostic", "Loc", "Severity", "Span", "format_loc", "sort_key"]
