//! The macros under the facade's name, in a crate that knows no other.

use std::future::{pending, ready};

#[tokio::main(flavor = "current_thread")]
async fn answer() -> u32 {
    tokio::spawn(async { 6 * 7 }).await.unwrap()
}

#[test]
fn main_runs_on_a_runtime_of_the_facade() {
    assert_eq!(answer(), 42);
}

#[tokio::test]
async fn all_macros_expand() {
    let five = async { 5 };
    tokio::pin!(five);
    assert_eq!(tokio::join!(five.as_mut(), ready(6)), (5, 6));
    assert_eq!(tokio::try_join!(ready(Ok::<_, ()>(1)), ready(Ok('2'))), Ok((1, '2')));
    let chosen = tokio::select! {
        number = ready(7) => number,
        number = pending() => number,
    };
    assert_eq!(chosen, 7);
}

mod renamed {
    use ::tokio as tokio1;
    #[allow(unused_imports)]
    use std as tokio;

    #[tokio1::test(crate = "tokio1")]
    async fn a_renamed_facade_is_found() {
        assert_eq!(tokio1::join!(async { 1 }), (1,));
    }
}
