//! The attribute macros.

use crate::function::Function;
use crate::options::{Flavor, Options};
use proc_macro2::{Delimiter, Group, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Attribute, Error, Result, ReturnType, Type};

/// One attribute macro, under one crate's name.
pub(crate) struct Entry {
    name: &'static str,
    krate: &'static str,
    flavor: Flavor,
    /// Whether the function becomes a test of the standard harness.
    test: bool,
}

impl Entry {
    pub(crate) fn main(krate: &'static str) -> Self {
        Self { name: "main", krate, flavor: Flavor::MultiThread, test: false }
    }

    /// As [`Entry::main`], for programs that have left out the threads.
    pub(crate) fn main_without_threads(krate: &'static str) -> Self {
        Self { flavor: Flavor::CurrentThread, ..Self::main(krate) }
    }

    pub(crate) fn test(krate: &'static str) -> Self {
        Self { name: "test", krate, flavor: Flavor::CurrentThread, test: true }
    }

    /// Replaces the function by one that blocks on its body.
    ///
    /// A function that cannot be used as asked is still expanded beside the error, so that the
    /// compiler does not go on to complain about a missing one.
    pub(crate) fn expand(&self, options: TokenStream, item: TokenStream) -> TokenStream {
        let function: Function = match syn::parse2(item.clone()) {
            Ok(function) => function,
            Err(error) => {
                let error = error.into_compile_error();
                return quote!(#error #item);
            }
        };
        let options = Options::parse(self.flavor, options);
        let complaint = self.check(&function).and(options.as_ref().map(drop).map_err(Clone::clone));
        let complaint = complaint.err().map(Error::into_compile_error);
        if function.signature.asyncness.is_none() {
            return quote!(#complaint #item);
        }
        // With an error beside it, this is checked but never run.
        let options = options.unwrap_or_else(|_| Options::new(Flavor::CurrentThread));
        let expanded = self.blocking(&function, &options);
        quote!(#complaint #expanded)
    }

    fn check(&self, function: &Function) -> Result<()> {
        let signature = &function.signature;
        if signature.asyncness.is_none() {
            let message = format!("`#[{}]` needs an `async fn`: write `async` here", self.name);
            return Err(Error::new(signature.fn_token.span, message));
        }
        if !self.test && signature.ident == "main" && !signature.inputs.is_empty() {
            let message = "`main` takes no arguments: read them from `std::env::args`";
            return Err(Error::new_spanned(&signature.inputs, message));
        }
        match function.attributes.iter().find(|attribute| self.test && is_test(attribute)) {
            Some(second) => Err(Error::new_spanned(
                second,
                "this is a test already: remove one of the two test attributes",
            )),
            None => Ok(()),
        }
    }

    fn blocking(&self, function: &Function, options: &Options) -> TokenStream {
        let krate = options.krate(self.krate);
        let runtime = options.build(&krate);
        let body = typed_body(function);
        let function = function.with_body(&quote! {
            #runtime.expect("the runtime could not be built").block_on(async move #body)
        });
        let test = self.test.then(|| quote!(#[::core::prelude::v1::test]));
        quote!(#test #function)
    }
}

/// The body of the function, told its return type.
///
/// An async block has no place for one. Without it, coercions at a `return` fail, and a mismatch
/// is reported at the attribute. A first `return`, never reached, settles the type, so that
/// the rest is checked just as in an `async fn`.
fn typed_body(function: &Function) -> Group {
    let settle = match &function.signature.output {
        ReturnType::Default => {
            let span = function.signature.paren_token.span.close();
            Some(never_returned(&quote_spanned!(span=> ()), span))
        }
        // Neither can be written down inside a body.
        ReturnType::Type(_, output) if matches!(**output, Type::Never(_)) => None,
        ReturnType::Type(_, output) if mentions_impl(output.to_token_stream()) => None,
        ReturnType::Type(_, output) => Some(never_returned(output, output.span())),
    };
    let statements = function.body.stream();
    let mut body = Group::new(Delimiter::Brace, quote!(#settle #statements));
    body.set_span(function.body.span());
    body
}

fn never_returned(output: &impl ToTokens, span: Span) -> TokenStream {
    let span = span.resolved_at(Span::mixed_site());
    quote_spanned! {span=>
        if let ::core::option::Option::Some(output) = ::core::option::Option::None::<#output> {
            return output;
        };
    }
}

fn mentions_impl(tokens: TokenStream) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Group(group) => mentions_impl(group.stream()),
        TokenTree::Ident(word) => word == "impl",
        _ => false,
    })
}

/// Whether this is the standard test attribute, by any of its paths.
fn is_test(attribute: &Attribute) -> bool {
    let path: Vec<_> =
        attribute.path().segments.iter().map(|part| part.ident.to_string()).collect();
    let path: Vec<_> = path.iter().map(String::as_str).collect();
    matches!(path[..], ["test"] | ["core" | "std", "prelude", _, "test"])
}
