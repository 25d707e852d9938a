"""One run on a GPU that measures what no CPU can show: speed, memory, precision, and that a policy still learns."""
