"""What copydesk offers to Python code."""
