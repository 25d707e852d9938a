"""Dynamic sampling: which prompts to draw, and when a step is full. No model, no tensor."""
