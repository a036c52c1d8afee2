//! What the expansions use is not in scope for the caller's code.

async fn join() {
    runtime::join!(async { poll_fn(|_| Poll::Ready(())).await });
    runtime::join!(async { branch0 });
    runtime::join!(async { pending });
}

async fn select() {
    runtime::select! {
        () = async { live } => first,
    }
}

fn main() {}
