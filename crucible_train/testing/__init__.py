"""Public conformance kits: run them on an adapter or a stage of your own."""
