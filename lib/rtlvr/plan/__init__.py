"""What SFT and RL take on a machine, before anything is loaded: memory, tokens, hours. Plain arithmetic; no torch."""
