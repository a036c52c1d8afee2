use std::future::ready;

async fn empty() {
    runtime::select! {}
}

async fn only_biased() {
    runtime::select! { biased; }
}

async fn no_arrow() {
    runtime::select! { () = ready(()) }
}

async fn no_pattern() {
    runtime::select! { ready(()) => () }
}

async fn condition_without_if() {
    runtime::select! { () = ready(()), true => () }
}

async fn no_comma() {
    runtime::select! {
        a = ready(1) => a
        b = ready(2) => b
    }
}

async fn else_first() {
    runtime::select! {
        else => (),
        () = ready(()) => (),
    }
}

async fn other_attribute() {
    runtime::select! {
        #[allow(unused)]
        () = ready(()) => (),
    }
}

async fn attribute_before_else() {
    runtime::select! {
        #[cfg(all())]
        else => (),
    }
}

fn main() {}
