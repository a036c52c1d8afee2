#[runtime::main]
struct NotAFunction;

trait Trait {
    #[runtime::main]
    async fn no_body();
}

fn main() {}
