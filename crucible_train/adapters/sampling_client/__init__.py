"""Adapters: everything that touches the outside world, one file a vendor."""
