"""Reports of `crucible validate`: `render(report)` of each format, in a file of its own."""
