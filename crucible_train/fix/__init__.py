"""Writing what is certain to be meant: the fixes of findings, made in a text. Nothing here opens a file."""
