"""A language model behind a service: requests, transcripts, the client."""
