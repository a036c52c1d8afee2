//! The procedural macros of ringloop: entry points only, each a call into the file that does it.
//!
//! Use them through the runtime, where they are documented: as `runtime::main` and `runtime::test`,
//! and inside `runtime::select!`, `runtime::join!` and `runtime::try_join!`.
#![deny(missing_docs)]

mod branches;
mod entry;
mod function;
mod join;
mod options;
mod select;

use entry::Entry;
use join::Kind;
use proc_macro::TokenStream;

/// Turns an `async fn` into a function that runs on a `runtime` of its own.
#[proc_macro_attribute]
pub fn main(options: TokenStream, item: TokenStream) -> TokenStream {
    Entry::main("runtime").expand(options.into(), item.into()).into()
}

/// Turns an `async fn` into a test that runs on a `runtime` of its own.
#[proc_macro_attribute]
pub fn test(options: TokenStream, item: TokenStream) -> TokenStream {
    Entry::test("runtime").expand(options.into(), item.into()).into()
}

/// Is [`macro@main`] for programs that know the runtime by the name `tokio`.
#[proc_macro_attribute]
pub fn tokio_main(options: TokenStream, item: TokenStream) -> TokenStream {
    Entry::main("tokio").expand(options.into(), item.into()).into()
}

/// Is [`macro@tokio_main`] for programs that leave out the feature `rt-multi-thread`.
#[proc_macro_attribute]
pub fn tokio_main_without_threads(options: TokenStream, item: TokenStream) -> TokenStream {
    Entry::main_without_threads("tokio").expand(options.into(), item.into()).into()
}

/// Is [`macro@test`] for programs that know the runtime by the name `tokio`.
#[proc_macro_attribute]
pub fn tokio_test(options: TokenStream, item: TokenStream) -> TokenStream {
    Entry::test("tokio").expand(options.into(), item.into()).into()
}

/// Expands `select!`; takes the path of the support module in brackets before the branches.
#[doc(hidden)]
#[proc_macro]
pub fn select(input: TokenStream) -> TokenStream {
    select::expand(input.into()).unwrap_or_else(syn::Error::into_compile_error).into()
}

/// Expands `join!`; takes the path of the support module in brackets before the futures.
#[doc(hidden)]
#[proc_macro]
pub fn join(input: TokenStream) -> TokenStream {
    join::expand(Kind::Join, input.into()).unwrap_or_else(syn::Error::into_compile_error).into()
}

/// Expands `try_join!`; takes the path of the support module in brackets before the futures.
#[doc(hidden)]
#[proc_macro]
pub fn try_join(input: TokenStream) -> TokenStream {
    join::expand(Kind::TryJoin, input.into()).unwrap_or_else(syn::Error::into_compile_error).into()
}
