"""Certified pairs of our own: SystemVerilog as synthesis tools take it, and faults that show only after many cycles.

`certified.jsonl` holds the pairs; `rtlvr make-pairs` makes them again from the templates beside it.
"""
