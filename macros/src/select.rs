//! The expansion of `select!`.

use crate::branches::{Branch, Branches, Mode};
use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::parse::{Parse, ParseStream};
use syn::{Attribute, Error, Expr, Pat, Result, Token, token};

/// The live branches are the bits of one word.
const MOST_BRANCHES: usize = u64::BITS as usize;

/// `#[cfg(...)] pattern = future, if condition => handler`
struct Choice {
    cfgs: Vec<Attribute>,
    pattern: Pat,
    future: Expr,
    condition: TokenStream,
    handler: TokenStream,
}

struct Select {
    mode: Mode,
    choices: Vec<Choice>,
    otherwise: Option<TokenStream>,
}

impl Parse for Select {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        let mode = input.parse()?;
        let mut choices = Vec::new();
        let mut otherwise = None;
        while !input.is_empty() {
            let cfgs = input.call(Attribute::parse_outer)?;
            if input.peek(Token![else]) {
                otherwise = Some(parse_else(input, &cfgs)?);
                break;
            }
            let start = input.span();
            choices.push(Choice::parse(input, cfgs)?);
            if choices.len() > MOST_BRANCHES {
                let message = format!("`select!` takes at most {MOST_BRANCHES} branches");
                return Err(Error::new(start, message));
            }
        }
        if choices.is_empty() && otherwise.is_none() {
            let message = "`select!` needs at least one branch";
            return Err(Error::new(Span::call_site(), message));
        }
        Ok(Self { mode, choices, otherwise })
    }
}

fn parse_else(input: ParseStream<'_>, cfgs: &[Attribute]) -> Result<TokenStream> {
    if let Some(attribute) = cfgs.first() {
        return Err(Error::new_spanned(attribute, "`else` takes no attributes"));
    }
    input.parse::<Token![else]>()?;
    input.parse::<Token![=>]>()?;
    let handler = parse_handler(input)?;
    match input.is_empty() {
        true => Ok(handler),
        false => Err(input.error("`else` must be the last branch")),
    }
}

impl Choice {
    fn parse(input: ParseStream<'_>, cfgs: Vec<Attribute>) -> Result<Self> {
        if let Some(other) = cfgs.iter().find(|attribute| !attribute.path().is_ident("cfg")) {
            let message = "only `#[cfg(...)]` may stand before a branch";
            return Err(Error::new_spanned(other, message));
        }
        let pattern = Pat::parse_multi_with_leading_vert(input)?;
        input.parse::<Token![=]>()?;
        let future = input.parse()?;
        let condition = parse_condition(input)?;
        let handler = parse_handler(input)?;
        Ok(Self { cfgs, pattern, future, condition, handler })
    }
}

/// Reads up to and including the arrow.
fn parse_condition(input: ParseStream<'_>) -> Result<TokenStream> {
    let next = input.lookahead1();
    let mut condition = quote!(true);
    if next.peek(Token![,]) {
        input.parse::<Token![,]>()?;
        input.parse::<Token![if]>()?;
        condition = input.parse::<Expr>()?.into_token_stream();
    } else if !next.peek(Token![=>]) {
        return Err(next.error());
    }
    input.parse::<Token![=>]>()?;
    Ok(condition)
}

/// A handler in braces ends there; any other ends with a comma or is the last.
fn parse_handler(input: ParseStream<'_>) -> Result<TokenStream> {
    if input.peek(token::Brace) {
        let block: TokenTree = input.parse()?;
        input.parse::<Option<Token![,]>>()?;
        return Ok(block.into());
    }
    let handler = input.parse::<Expr>()?.into_token_stream();
    if !input.is_empty() {
        input.parse::<Token![,]>()?;
    }
    Ok(handler)
}

/// Awaits the first branch of `input` to complete with a value that its pattern takes.
pub(crate) fn expand(input: TokenStream) -> Result<TokenStream> {
    let Select { mode, choices, otherwise } = syn::parse2(input)?;
    let support = &mode.support;
    let otherwise = otherwise
        .unwrap_or_else(|| quote_spanned!(Span::mixed_site()=> #support::no_branch_left()));
    if choices.is_empty() {
        return Ok(otherwise);
    }
    let futures = choices.iter().map(|choice| (&choice.cfgs[..], &choice.future));
    let branches = Branches::new(&mode, futures);
    let output = declare_output(&branches);
    let first = await_first(&mode, &branches, &choices);
    let arms = branches.each(|branch| {
        let Choice { pattern, handler, .. } = &choices[branch.number];
        let variant = variant(branch);
        quote_spanned!(Span::mixed_site()=> __SelectOutput::#variant(#pattern) => #handler,)
    });
    Ok(quote_spanned! {Span::mixed_site()=> {
        #output
        match { #first } {
            #arms
            __SelectOutput::NoneLeft => #otherwise,
            // Each value was found to match before it got here.
            #[allow(unreachable_patterns)]
            _ => ::core::unreachable!(),
        }
    }})
}

/// Declares the enum that carries the value of whichever branch completed.
///
/// Handlers must run after the futures are dropped, since they may borrow the same things, so
/// the value has to leave the block that owns the futures. Items are not hygienic, hence a
/// name that nobody else uses.
fn declare_output(branches: &Branches<'_>) -> TokenStream {
    // A type parameter and its variant can go by the same name.
    let types = branches.each(|branch| {
        let variant = variant(branch);
        quote!(#variant,)
    });
    let variants = branches.each(|branch| {
        let variant = variant(branch);
        quote!(#variant(#variant),)
    });
    quote_spanned!(Span::mixed_site()=> enum __SelectOutput<#types> { #variants NoneLeft })
}

fn variant(branch: &Branch<'_>) -> Ident {
    format_ident!("Branch{}", branch.number)
}

/// The statements that evaluate to the output.
fn await_first(mode: &Mode, branches: &Branches<'_>, choices: &[Choice]) -> TokenStream {
    let support = &mode.support;
    let conditions = branches.each(|branch| {
        let (index, condition) = (branch.index(), &choices[branch.number].condition);
        quote_spanned!(Span::mixed_site()=> let live = live.with((#index, #condition));)
    });
    let pin = branches.pin(|Branch { name, site, .. }| {
        let support = mode.support_at(*site);
        quote_spanned!(*site=> #support::IntoFuture::into_future(#name))
    });
    let split = branches.split();
    let count = branches.count();
    let first = Ident::new("first", Span::mixed_site());
    let draw = quote_spanned!(Span::mixed_site()=> let #first = #support::thread_rng_n(#count););
    let draw = (!mode.biased).then_some(draw);
    let visit = branches.visit(&first, |branch| step(branch, &choices[branch.number], support));
    quote_spanned! {Span::mixed_site()=>
        let live = #support::Live::default();
        #conditions
        #pin
        let mut live = live;
        #support::poll_fn(move |cx| {
            if #support::poll_budget(cx).is_pending() {
                return #support::Poll::Pending;
            }
            #split
            #draw
            #visit
            if live.is_empty() {
                return #support::Poll::Ready(__SelectOutput::NoneLeft);
            }
            #support::Poll::Pending
        })
        .await
    }
}

/// What each poll does with a branch.
///
/// A guard sees a value through its pattern without taking it apart. One that never holds thus
/// tells whether the pattern matches, whatever it binds and however.
fn step(branch: &Branch<'_>, choice: &Choice, support: &TokenStream) -> TokenStream {
    let Branch { name, .. } = branch;
    let (index, variant, pattern) = (branch.index(), variant(branch), &choice.pattern);
    quote_spanned! {Span::mixed_site()=>
        // Of the user's code, only the pattern is in here; what it binds is used by the handler.
        #[allow(unused)]
        'step: {
            if !live.contains(#index) {
                break 'step;
            }
            let mut value = match #support::Future::poll(#name.as_mut(), cx) {
                #support::Poll::Ready(value) => value,
                // An arm that leaves lets the compiler choose a type where nothing settles it.
                #support::Poll::Pending => break 'step,
            };
            let mut matches = false;
            match value {
                #pattern if { matches = true; false } => ::core::unreachable!(),
                _ => {}
            }
            if matches {
                return #support::Poll::Ready(__SelectOutput::#variant(value));
            }
            live.disable(#index);
        }
    }
}
