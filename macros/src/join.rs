//! The expansion of `join!` and `try_join!`.

use crate::branches::{Branches, Mode};
use proc_macro2::{Span, TokenStream};
use quote::quote_spanned;
use syn::parse::{Parse, ParseStream};
use syn::punctuated::Punctuated;
use syn::{Expr, Token};

/// Which of the two macros is expanded.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Kind {
    Join,
    TryJoin,
}

struct Input {
    mode: Mode,
    futures: Vec<Expr>,
}

impl Parse for Input {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let mode = input.parse()?;
        let futures = Punctuated::<Expr, Token![,]>::parse_terminated(input)?;
        Ok(Self { mode, futures: futures.into_iter().collect() })
    }
}

/// Awaits all futures of `input` on the current task.
pub(crate) fn expand(kind: Kind, input: TokenStream) -> syn::Result<TokenStream> {
    let Input { mode, futures } = syn::parse2(input)?;
    let branches = Branches::new(&mode, vec![&[]; futures.len()]);
    let outputs = outputs(kind, &branches, &mode.support);
    if futures.is_empty() {
        return Ok(outputs);
    }
    Ok(await_all(kind, &mode, &branches, &futures, &outputs))
}

fn await_all(
    kind: Kind,
    mode: &Mode,
    branches: &Branches<'_>,
    futures: &[Expr],
    outputs: &TokenStream,
) -> TokenStream {
    let site = Span::mixed_site();
    let support = &mode.support;
    let pin = branches.pin(futures, &quote_spanned!(site=> #support::MaybeDone::new));
    let split = branches.split();
    let visit = branches.visit(&quote_spanned!(site=> first), &steps(kind, branches, support));
    // Each poll starts one branch further on, so that none is favoured.
    let count = branches.count();
    let (declare, advance) = match mode.biased {
        true => (None, None),
        false => (
            Some(quote_spanned!(site=> let mut first = 0u32;)),
            Some(quote_spanned!(site=> first = (first + 1u32) % #count;)),
        ),
    };
    quote_spanned! {site=> {
        #pin
        #declare
        #support::poll_fn(move |cx| {
            #split
            let mut pending = false;
            #visit
            #advance
            if pending {
                return #support::Poll::Pending;
            }
            #support::Poll::Ready(#outputs)
        })
        .await
    }}
}

/// What each poll does with each branch.
fn steps(kind: Kind, branches: &Branches<'_>, support: &TokenStream) -> Vec<TokenStream> {
    let step = |name| match kind {
        Kind::Join => quote_spanned! {Span::mixed_site()=>
            pending |= #name.as_mut().poll(cx).is_pending();
        },
        Kind::TryJoin => quote_spanned! {Span::mixed_site()=>
            match #name.as_mut().try_poll(cx) {
                #support::Poll::Pending => pending = true,
                #support::Poll::Ready(#support::Ok(())) => {}
                #support::Poll::Ready(#support::Err(error)) => {
                    return #support::Poll::Ready(#support::Err(error));
                }
            }
        },
    };
    branches.names().iter().map(step).collect()
}

/// The value of the whole once every branch is done.
fn outputs(kind: Kind, branches: &Branches<'_>, support: &TokenStream) -> TokenStream {
    let names = branches.names();
    match kind {
        Kind::Join => quote_spanned!(Span::mixed_site()=> (#(#names.take(),)*)),
        Kind::TryJoin => {
            quote_spanned!(Span::mixed_site()=> #support::Ok((#(#names.take_ok(),)*)))
        }
    }
}
