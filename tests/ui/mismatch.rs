#[runtime::main(flavor = "current_thread")]
async fn missing_return_type() {
    Ok(())
}

#[runtime::main(flavor = "current_thread")]
async fn missing_return_type_of_a_return() {
    return 1;
}

#[runtime::main(flavor = "current_thread")]
async fn semicolon_too_many() -> Result<(), ()> {
    Ok(());
}

#[runtime::main(flavor = "current_thread")]
async fn wrong_value() -> u32 {
    let number = 5;
    if number == 5 { number } else { "text" }
}

#[runtime::main(flavor = "current_thread")]
async fn question_mark_without_a_result() {
    "1".parse::<i32>()?;
}

fn main() {}
