#[runtime::main]
fn main() {}

#[runtime::test]
fn test() {}
