//! What a contributor runs: `cargo xtask NAME`.
fn main() {}
