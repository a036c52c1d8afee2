//! What `select!`, `join!` and `try_join!` have in common: a row of futures, pinned in place.
//!
//! The expansions contain no `unsafe`: the futures are linked into one chain, which is pinned as a
//! whole and split into pinned references at every poll. All names that an expansion introduces
//! are hygienic, and all names that it uses are reached through the support module.

use proc_macro2::{Ident, Literal, Span, TokenStream};
use quote::{format_ident, quote_spanned};
use syn::parse::{Parse, ParseStream};
use syn::{Attribute, Token, bracketed};

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

/// The futures of one macro call, by position.
pub(crate) struct Branches<'a> {
    mode: &'a Mode,
    /// Repeated before everything that belongs to the branch.
    cfgs: Vec<&'a [Attribute]>,
    names: Vec<Ident>,
    indices: Vec<Literal>,
}

impl<'a> Branches<'a> {
    pub(crate) fn new(mode: &'a Mode, cfgs: Vec<&'a [Attribute]>) -> Self {
        let names = (0..cfgs.len())
            .map(|index| format_ident!("branch{index}", span = Span::mixed_site()))
            .collect();
        let indices = (0..cfgs.len() as u32).map(Literal::u32_suffixed).collect();
        Self { mode, cfgs, names, indices }
    }

    /// The pinned reference to each future, inside [`Branches::split`].
    pub(crate) fn names(&self) -> &[Ident] {
        &self.names
    }

    /// The number of each branch.
    pub(crate) fn indices(&self) -> &[Literal] {
        &self.indices
    }

    /// How many branches there are, those that a `cfg` removes included.
    pub(crate) fn count(&self) -> Literal {
        Literal::u32_suffixed(self.names.len() as u32)
    }

    /// Statements that evaluate `futures` in order and pin them, each as `wrap` makes it.
    ///
    /// The one-element tuples keep a temporary alive that a future borrows, and keep lints on
    /// redundant parentheses away from the user's expression.
    pub(crate) fn pin(&self, futures: &[impl quote::ToTokens], wrap: &TokenStream) -> TokenStream {
        let Self { mode: Mode { support, .. }, cfgs, names, .. } = self;
        quote_spanned! {Span::mixed_site()=>
            #(#(#cfgs)* let (#names,) = (#futures,);)*
            let branches = ();
            #(#(#cfgs)* let branches = #support::Chain::new(branches, #wrap(#names));)*
            let mut branches = #support::pin!(branches);
        }
    }

    /// Statements that name each pinned future; the chain is taken apart from its end.
    pub(crate) fn split(&self) -> TokenStream {
        let names = self.names.iter().rev();
        let cfgs = self.cfgs.iter().rev();
        quote_spanned! {Span::mixed_site()=>
            let rest = branches.as_mut();
            #(#(#cfgs)* let (rest, mut #names) = rest.split();)*
            let _ = rest;
        }
    }

    /// Statements that run every step once: in order if biased, else in a circle from the branch `first`.
    pub(crate) fn visit(&self, first: &TokenStream, steps: &[TokenStream]) -> TokenStream {
        let Self { mode: Mode { biased, .. }, cfgs, indices, .. } = self;
        let count = self.count();
        if *biased {
            return quote_spanned!(Span::mixed_site()=> #(#(#cfgs)* { #steps })*);
        }
        quote_spanned! {Span::mixed_site()=>
            for step in 0..#count {
                match (#first + step) % #count {
                    #(#(#cfgs)* #indices => { #steps })*
                    _ => {}
                }
            }
        }
    }
}
