"""Algorithms: training loops that know neither the IR nor any port."""
