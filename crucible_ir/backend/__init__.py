"""What is said to a model, and what it answers: prompts, options, completions, capabilities."""
