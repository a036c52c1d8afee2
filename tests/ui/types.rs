use std::future::ready;

async fn join_of_no_future() {
    runtime::join!(ready(1), 2);
}

async fn try_join_of_no_result() {
    let _ = runtime::try_join!(ready(1));
}

async fn select_of_no_future() {
    runtime::select! { _ = 2 => () }
}

async fn select_with_the_wrong_pattern() {
    runtime::select! { Some(_) = ready(1) => () }
}

async fn select_with_different_handlers() -> i32 {
    runtime::select! {
        number = ready(1) => number,
        _ = ready(2) => "text",
    }
}

fn main() {}
