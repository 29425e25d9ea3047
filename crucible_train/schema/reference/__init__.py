"""The reference pages, read off the code: one module a page, and what they are written with."""
