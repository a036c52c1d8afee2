//! The expansion of `join!`, of which `try_join!` is a variant.

use crate::branches::{Branch, Branches, Mode};
use proc_macro2::{Ident, Span, TokenStream};
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
    let branches = Branches::new(&mode, futures.iter().map(|future| (&[][..], future)));
    let outputs = outputs(kind, &branches, &mode.support);
    if futures.is_empty() {
        return Ok(outputs);
    }
    Ok(await_all(kind, &mode, &branches, &outputs))
}

fn await_all(
    kind: Kind,
    mode: &Mode,
    branches: &Branches<'_>,
    outputs: &TokenStream,
) -> TokenStream {
    let support = &mode.support;
    let pin = branches.pin(|branch| wrap(kind, branch, mode));
    let split = branches.split();
    let first = Ident::new("first", Span::mixed_site());
    let visit = branches.visit(&first, |branch| step(kind, branch, mode));
    // Each poll starts one branch further on, so that none is favoured.
    let count = branches.count();
    let declare = quote_spanned!(Span::mixed_site()=> let mut #first = 0u32;);
    let advance = quote_spanned!(Span::mixed_site()=> #first = #support::next(#first, #count););
    let (declare, advance) =
        if mode.biased { (None, None) } else { (Some(declare), Some(advance)) };
    quote_spanned! {Span::mixed_site()=> {
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

fn wrap(kind: Kind, Branch { name, site, .. }: &Branch<'_>, mode: &Mode) -> TokenStream {
    let support = mode.support_at(*site);
    let new = match kind {
        Kind::Join => quote_spanned!(*site=> new),
        Kind::TryJoin => quote_spanned!(*site=> new_try),
    };
    quote_spanned!(*site=> #support::MaybeDone::#new(#support::IntoFuture::into_future(#name)))
}

/// What each poll does with a branch.
fn step(kind: Kind, Branch { name, site, .. }: &Branch<'_>, mode: &Mode) -> TokenStream {
    let support = mode.support_at(*site);
    match kind {
        Kind::Join => quote_spanned! {*site=>
            pending |= #support::MaybeDone::poll(#name.as_mut(), cx).is_pending();
        },
        Kind::TryJoin => quote_spanned! {*site=>
            match #support::MaybeDone::try_poll(#name.as_mut(), cx) {
                #support::Poll::Pending => pending = true,
                #support::Poll::Ready(#support::Ok(())) => {}
                #support::Poll::Ready(#support::Err(error)) => {
                    return #support::Poll::Ready(#support::Err(error));
                }
            }
        },
    }
}

/// The value of the whole once every branch is done.
fn outputs(kind: Kind, branches: &Branches<'_>, support: &TokenStream) -> TokenStream {
    let outputs = branches.each(|Branch { name, site, .. }| match kind {
        Kind::Join => quote_spanned!(*site=> #support::MaybeDone::take(#name),),
        Kind::TryJoin => quote_spanned!(*site=> #support::MaybeDone::take_ok(#name),),
    });
    match kind {
        Kind::Join => quote_spanned!(Span::mixed_site()=> (#outputs)),
        Kind::TryJoin => quote_spanned!(Span::mixed_site()=> #support::Ok((#outputs))),
    }
}
