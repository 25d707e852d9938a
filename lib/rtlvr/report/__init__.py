"""Tables and figures: every stage's measurements beside what the paper published."""
