//! The `electropunk` binary.

fn main() {}
