"""Verdicts over HTTP, for trainers in other containers and other languages: `rtlvr serve`. Needs the extra [serve]."""
