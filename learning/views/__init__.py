"""What readers say of articles, what is missing, and articles made from tickets."""
