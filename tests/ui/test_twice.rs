#[runtime::test]
#[test]
async fn by_name() {}

#[runtime::test]
#[should_panic]
#[std::prelude::v1::test]
async fn by_path() {}

fn main() {}
