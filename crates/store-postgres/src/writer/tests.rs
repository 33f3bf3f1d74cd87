//! What happens when a batch cannot be written to the end.
