"""Forms of figures and reports."""
