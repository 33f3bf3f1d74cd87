//! How fast it is, beside what it is measured against.
fn main() {}
