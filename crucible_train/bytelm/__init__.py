"""The embedded byte-level language model (NumPy): what the `local` adapters run."""
