"""Help with prompts: templates to begin with, and advice while one types."""
