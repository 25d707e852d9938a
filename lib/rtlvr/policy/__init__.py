"""A model: loading, chat, generation, and the format of its answers."""
