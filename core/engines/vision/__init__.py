"""What is seen on a page, by classical image processing: no model, no network, no cost."""
