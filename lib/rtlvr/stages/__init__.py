"""The stages of a run, a module each: `run(context)` computes a stage, notebooks call its steps and show them."""
