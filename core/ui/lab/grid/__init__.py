"""The lab's grid: several prompts, models and settings side by side."""
