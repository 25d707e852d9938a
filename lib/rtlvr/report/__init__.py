"""Tables and figures: every stage's measurements beside what the paper published. Knows tables only, no model."""
