macro_rules! select_all {
    ($($name:ident)*) => {
        runtime::select! { $($name = std::future::ready(1) => $name,)* }
    };
}

async fn sixty_five() -> i32 {
    select_all! {
        a a a a a a a a  a a a a a a a a  a a a a a a a a  a a a a a a a a
        a a a a a a a a  a a a a a a a a  a a a a a a a a  a a a a a a a a
        the_last_straw
    }
}

fn main() {}
