"""Reports of `crucible validate`, one format a file."""
