"""What pages of figures are asked."""
