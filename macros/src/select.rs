//! The expansion of `select!`.

use crate::branches::{Branches, Mode};
use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::parse::{Parse, ParseStream};
use syn::{Attribute, Error, Expr, Pat, Result, Token, token};

/// The live branches are the bits of one word.
const MOST_BRANCHES: usize = u64::BITS as usize;

/// `#[cfg(...)] pattern = future, if condition => handler`
struct Branch {
    cfgs: Vec<Attribute>,
    pattern: Pat,
    future: Expr,
    condition: TokenStream,
    handler: TokenStream,
}

struct Select {
    mode: Mode,
    branches: Vec<Branch>,
    otherwise: Option<TokenStream>,
}

impl Parse for Select {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        let mode = input.parse()?;
        let mut branches = Vec::new();
        let mut otherwise = None;
        while !input.is_empty() {
            let cfgs = input.call(Attribute::parse_outer)?;
            if input.peek(Token![else]) {
                otherwise = Some(parse_else(input, &cfgs)?);
                break;
            }
            let start = input.span();
            branches.push(Branch::parse(input, cfgs)?);
            if branches.len() > MOST_BRANCHES {
                let message = format!("`select!` takes at most {MOST_BRANCHES} branches");
                return Err(Error::new(start, message));
            }
        }
        if branches.is_empty() && otherwise.is_none() {
            return Err(input.error("`select!` needs at least one branch"));
        }
        Ok(Self { mode, branches, otherwise })
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

impl Branch {
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
    let Select { mode, branches: written, otherwise } = syn::parse2(input)?;
    let support = &mode.support;
    let otherwise = otherwise
        .unwrap_or_else(|| quote_spanned!(Span::mixed_site()=> #support::no_branch_left()));
    if written.is_empty() {
        return Ok(otherwise);
    }
    let branches = Branches::new(&mode, written.iter().map(|branch| &branch.cfgs[..]).collect());
    let output = Output::new(&written);
    let declaration = output.declaration();
    let first = await_first(&mode, &branches, &written, &output);
    let arms = output.arms(&otherwise);
    Ok(quote_spanned! {Span::mixed_site()=> {
        #declaration
        match { #first } { #arms }
    }})
}

/// The enum that carries the value of whichever branch completed.
///
/// Handlers must run after the futures are dropped, since they may borrow the same things, so
/// the value has to leave the block that owns the futures.
struct Output<'a> {
    branches: &'a [Branch],
    name: Ident,
    variants: Vec<Ident>,
}

impl<'a> Output<'a> {
    fn new(branches: &'a [Branch]) -> Self {
        // Items are not hygienic, hence a name that nobody else uses.
        let name = Ident::new("__SelectOutput", Span::mixed_site());
        let variants = (0..branches.len()).map(|index| format_ident!("Branch{index}")).collect();
        Self { branches, name, variants }
    }

    fn cfgs(&self) -> impl Iterator<Item = TokenStream> {
        self.branches.iter().map(|Branch { cfgs, .. }| quote!(#(#cfgs)*))
    }

    fn declaration(&self) -> TokenStream {
        let Self { name, variants, .. } = self;
        let (cfgs, also_cfgs) = (self.cfgs(), self.cfgs());
        // A type parameter and its variant can go by the same name.
        quote_spanned! {Span::mixed_site()=>
            enum #name<#(#cfgs #variants,)*> { #(#also_cfgs #variants(#variants),)* NoneLeft }
        }
    }

    /// The arms that take a value apart once more and run its handler.
    fn arms(&self, otherwise: &TokenStream) -> TokenStream {
        let Self { branches, name, variants } = self;
        let cfgs = self.cfgs();
        let patterns = branches.iter().map(|branch| &branch.pattern);
        let handlers = branches.iter().map(|branch| &branch.handler);
        quote_spanned! {Span::mixed_site()=>
            #(#cfgs #name::#variants(#patterns) => #handlers,)*
            #name::NoneLeft => #otherwise,
            // Each value was found to match before it got here.
            #[allow(unreachable_patterns)]
            _ => ::core::unreachable!(),
        }
    }
}

/// The statements that evaluate to the output.
fn await_first(
    mode: &Mode,
    branches: &Branches<'_>,
    written: &[Branch],
    output: &Output<'_>,
) -> TokenStream {
    let support = &mode.support;
    let cfgs = output.cfgs();
    let conditions = written.iter().map(|branch| &branch.condition);
    let indices = branches.indices();
    let futures: Vec<_> = written.iter().map(|branch| &branch.future).collect();
    let pin = branches.pin(&futures, &quote!(#support::IntoFuture::into_future));
    let split = branches.split();
    let count = branches.count();
    let first = quote_spanned!(Span::mixed_site()=> first);
    let pick = (!mode.biased)
        .then(|| quote_spanned!(Span::mixed_site()=> let first = #support::thread_rng_n(#count);));
    let visit = branches.visit(&first, &steps(support, branches, written, output));
    let name = &output.name;
    quote_spanned! {Span::mixed_site()=>
        let live = #support::Live::default();
        #(#cfgs let live = live.with((#indices, #conditions));)*
        #pin
        let mut live = live;
        #support::poll_fn(move |cx| {
            if #support::poll_budget(cx).is_pending() {
                return #support::Poll::Pending;
            }
            #split
            #pick
            #visit
            if live.is_empty() {
                return #support::Poll::Ready(#name::NoneLeft);
            }
            #support::Poll::Pending
        })
        .await
    }
}

/// What each poll does with each branch.
///
/// A guard sees a value through its pattern without taking it apart. One that never holds thus
/// tells whether the pattern matches, whatever it binds and however.
fn steps(
    support: &TokenStream,
    branches: &Branches<'_>,
    written: &[Branch],
    output: &Output<'_>,
) -> Vec<TokenStream> {
    let name = &output.name;
    let parts = branches.names().iter().zip(branches.indices()).zip(&output.variants).zip(written);
    parts
        .map(|(((future, index), variant), Branch { pattern, .. })| {
            quote_spanned! {Span::mixed_site()=>
                // Of the user's code, only the pattern is in here; what it binds is used by the handler.
                #[allow(unused)]
                if live.contains(#index) {
                    let polled = #support::Future::poll(#future.as_mut(), cx);
                    if let #support::Poll::Ready(mut value) = polled {
                        let mut matches = false;
                        match value {
                            #pattern if { matches = true; false } => ::core::unreachable!(),
                            _ => {}
                        }
                        if matches {
                            return #support::Poll::Ready(#name::#variant(value));
                        }
                        live.disable(#index);
                    }
                }
            }
        })
        .collect()
}
