//! The function under an attribute macro, its body left unread.

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use quote::ToTokens;
use syn::parse::{Parse, ParseStream, Parser};
use syn::{Attribute, Signature, Visibility};

/// A function split at its body.
///
/// The body stays a group of tokens: it is only moved, so reading it would cost compile time and
/// lose an editor's completion inside a body that is being typed.
pub(crate) struct Function {
    pub(crate) attributes: Vec<Attribute>,
    pub(crate) visibility: Visibility,
    pub(crate) signature: Signature,
    /// `#![...]` at the top of the body; they have no place in an async block.
    pub(crate) inner: Vec<Attribute>,
    pub(crate) body: Group,
}

impl Parse for Function {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let attributes = input.call(Attribute::parse_outer)?;
        let visibility = input.parse()?;
        let signature = input.parse()?;
        let body = input.span();
        let block = match input.parse()? {
            TokenTree::Group(block) if block.delimiter() == Delimiter::Brace => block,
            _ => return Err(syn::Error::new(body, "the function needs a body")),
        };
        let (inner, statements) = split_inner.parse2(block.stream())?;
        let mut body = Group::new(Delimiter::Brace, statements);
        body.set_span(block.span());
        Ok(Self { attributes, visibility, signature, inner, body })
    }
}

fn split_inner(input: ParseStream<'_>) -> syn::Result<(Vec<Attribute>, TokenStream)> {
    Ok((input.call(Attribute::parse_inner)?, input.parse()?))
}

impl Function {
    /// The same function, synchronous, with `statements` as its body.
    pub(crate) fn with_body(&self, statements: &TokenStream) -> TokenStream {
        let Self { attributes, visibility, signature, inner, .. } = self;
        let signature = Signature { asyncness: None, ..signature.clone() };
        let mut body = Group::new(Delimiter::Brace, quote::quote!(#(#inner)* #statements));
        body.set_span(self.body.span());
        let mut tokens = quote::quote!(#(#attributes)* #visibility #signature);
        body.to_tokens(&mut tokens);
        tokens
    }
}
