"""Which files a check is about: the project's table, patterns, directories, and what is a spec in them."""
