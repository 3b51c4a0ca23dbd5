"""What reports keep."""
