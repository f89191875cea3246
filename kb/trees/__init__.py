"""Trees of Markdown files, as vendors keep their documentation, read into articles and written back."""
