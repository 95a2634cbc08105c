//! The command line (native only).

fn main() {}
