//! A row of futures, pinned in place: what `select!`, `join!`, `try_join!` have in common.
//!
//! The expansions contain no `unsafe`: the futures are linked into one chain, which is pinned as a
//! whole and split into pinned references at every poll. All names that an expansion introduces
//! are hygienic, and all names that it uses are reached through the support module.

use proc_macro2::{Delimiter, Group, Ident, Literal, Span, TokenStream, TokenTree};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::parse::{Parse, ParseStream};
use syn::spanned::Spanned;
use syn::{Attribute, Expr, Token, bracketed};

mod keyword {
    syn::custom_keyword!(biased);
}

/// What stands before the branches: `[path::of::support]`, then perhaps `biased;`.
pub(crate) struct Mode {
    pub(crate) support: TokenStream,
    pub(crate) biased: bool,
}

impl Parse for Mode {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let path;
        bracketed!(path in input);
        let biased = input.peek(keyword::biased) && input.peek2(Token![;]);
        if biased {
            input.parse::<keyword::biased>()?;
            input.parse::<Token![;]>()?;
        }
        Ok(Self { support: path.parse()?, biased })
    }
}

impl Mode {
    /// The path of the support module, such that an error in its use is reported at `site`.
    pub(crate) fn support_at(&self, site: Span) -> TokenStream {
        let at_site = |mut token: TokenTree| {
            token.set_span(token.span().located_at(site));
            token
        };
        self.support.clone().into_iter().map(at_site).collect()
    }
}

/// One future of a macro call.
pub(crate) struct Branch<'a> {
    pub(crate) number: usize,
    future: &'a Expr,
    /// Repeated before everything that belongs to the branch.
    cfgs: &'a [Attribute],
    /// The pinned reference to the future, once the row is split.
    pub(crate) name: Ident,
    /// Where the compiler reports what is wrong with the future.
    pub(crate) site: Span,
}

impl Branch<'_> {
    /// The number, as written into an expansion.
    pub(crate) fn index(&self) -> Literal {
        Literal::u32_suffixed(self.number as u32)
    }
}

/// All futures of a macro call.
pub(crate) struct Branches<'a> {
    mode: &'a Mode,
    row: Vec<Branch<'a>>,
}

impl<'a> Branches<'a> {
    pub(crate) fn new(
        mode: &'a Mode,
        futures: impl IntoIterator<Item = (&'a [Attribute], &'a Expr)>,
    ) -> Self {
        let branch = |(number, (cfgs, future)): (usize, (_, &'a Expr))| {
            let site = future.span().resolved_at(Span::mixed_site());
            Branch {
                number,
                future,
                cfgs,
                name: format_ident!("branch{number}", span = site),
                site,
            }
        };
        Self { mode, row: futures.into_iter().enumerate().map(branch).collect() }
    }

    /// How many branches there are, those that a `cfg` removes included.
    pub(crate) fn count(&self) -> Literal {
        Literal::u32_suffixed(self.row.len() as u32)
    }

    /// Writes the same thing for each branch, where its `cfg` leaves it.
    ///
    /// It must be a thing that an attribute can stand before: one statement, variant or arm.
    pub(crate) fn each(&self, write: impl FnMut(&Branch<'a>) -> TokenStream) -> TokenStream {
        with_cfgs(self.row.iter(), write)
    }

    /// Statements that evaluate the futures in order and pin them, each as `wrap` makes it.
    pub(crate) fn pin(&self, wrap: impl Fn(&Branch<'a>) -> TokenStream) -> TokenStream {
        let support = &self.mode.support;
        // One-element tuples keep a temporary alive that a future borrows, and keep lints on
        // redundant parentheses away from the user's expression.
        let evaluate = self.each(|Branch { name, future, .. }| {
            quote_spanned!(Span::mixed_site()=> let (#name,) = (#future,);)
        });
        let link = self.each(|branch| {
            let wrapped = wrap(branch);
            quote_spanned! {Span::mixed_site()=>
                let branches = #support::Chain::new(branches, #wrapped);
            }
        });
        quote_spanned! {Span::mixed_site()=>
            #evaluate
            let branches = ();
            #link
            let mut branches = #support::pin!(branches);
        }
    }

    /// Statements that name each pinned future; the row is taken apart from its end.
    pub(crate) fn split(&self) -> TokenStream {
        let split = with_cfgs(
            self.row.iter().rev(),
            |Branch { name, .. }| quote_spanned!(Span::mixed_site()=> let (rest, mut #name) = rest.split();),
        );
        quote_spanned! {Span::mixed_site()=>
            let rest = branches.as_mut();
            #split
            let _ = rest;
        }
    }

    /// Statements that take each step once: in order if biased, else in a circle from the
    /// branch `first`.
    pub(crate) fn visit(
        &self,
        first: &Ident,
        step: impl Fn(&Branch<'a>) -> TokenStream,
    ) -> TokenStream {
        if self.mode.biased {
            return self
                .each(|branch| Group::new(Delimiter::Brace, step(branch)).to_token_stream());
        }
        let arms = self.each(|branch| {
            let (index, step) = (branch.index(), step(branch));
            quote_spanned!(Span::mixed_site()=> #index => { #step })
        });
        let (support, count) = (&self.mode.support, self.count());
        quote_spanned! {Span::mixed_site()=>
            for branch in #support::circle(#first, #count) {
                match branch {
                    #arms
                    _ => {}
                }
            }
        }
    }
}

fn with_cfgs<'a, 'b: 'a>(
    row: impl Iterator<Item = &'a Branch<'b>>,
    mut write: impl FnMut(&Branch<'b>) -> TokenStream,
) -> TokenStream {
    row.map(|branch| {
        let (cfgs, written) = (branch.cfgs, write(branch));
        quote!(#(#cfgs)* #written)
    })
    .collect()
}
