//! The options in the parentheses of an attribute macro.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote};
use syn::parse::Parser;
use syn::punctuated::Punctuated;
use syn::{
    Error, Expr, ExprLit, Lit, LitBool, LitInt, LitStr, Meta, MetaNameValue, Path, Result, Token,
};

const KNOWN: &str =
    "`flavor`, `worker_threads`, `start_paused`, `unhandled_panic`, `name` and `crate`";

/// Which kind of runtime is built.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Flavor {
    CurrentThread,
    MultiThread,
    Local,
}

/// What to do when a spawned task panics.
#[derive(Clone, Copy)]
enum UnhandledPanic {
    Ignore,
    ShutdownRuntime,
}

/// How the runtime is built.
pub(crate) struct Options {
    flavor: Flavor,
    krate: Option<Path>,
    worker_threads: Option<LitInt>,
    start_paused: Option<LitBool>,
    unhandled_panic: Option<UnhandledPanic>,
    name: Option<LitStr>,
}

impl Options {
    /// A runtime of this flavour, with nothing else asked for.
    pub(crate) fn new(flavor: Flavor) -> Self {
        Self {
            flavor,
            krate: None,
            worker_threads: None,
            start_paused: None,
            unhandled_panic: None,
            name: None,
        }
    }

    /// Reads what the user asked for; `default` is the flavour unless named.
    pub(crate) fn parse(default: Flavor, tokens: TokenStream) -> Result<Self> {
        let list = Punctuated::<Meta, Token![,]>::parse_terminated.parse2(tokens)?;
        let mut options = Self::new(default);
        let mut seen: Vec<Ident> = Vec::new();
        for meta in &list {
            let (key, value) = pair(meta)?;
            if seen.contains(key) {
                return Err(Error::new_spanned(meta, format!("`{key}` is given twice")));
            }
            seen.push(key.clone());
            options.set(key, value)?;
        }
        options.check_flavor(&seen)?;
        Ok(options)
    }

    fn set(&mut self, key: &Ident, value: &Expr) -> Result<()> {
        match key.to_string().as_str() {
            "flavor" => self.flavor = flavor(value)?,
            "worker_threads" => self.worker_threads = Some(integer(value)?),
            "start_paused" => self.start_paused = Some(boolean(value)?),
            "unhandled_panic" => self.unhandled_panic = Some(unhandled_panic(value)?),
            "name" => self.name = Some(string(key, value)?.clone()),
            "crate" => self.krate = Some(path(value)?),
            unknown => return Err(unknown_option(key.span(), unknown)),
        }
        Ok(())
    }

    /// Refuses options that the chosen flavour has no use for.
    fn check_flavor(&self, seen: &[Ident]) -> Result<()> {
        let threaded = self.flavor == Flavor::MultiThread;
        for key in seen {
            let needs = match key.to_string().as_str() {
                "worker_threads" if !threaded => "multi_thread",
                "start_paused" | "unhandled_panic" if threaded => "current_thread",
                _ => continue,
            };
            let message = format!("`{key}` needs `flavor = \"{needs}\"`");
            return Err(Error::new(key.span(), message));
        }
        Ok(())
    }

    /// The path under which the expansion finds the runtime.
    pub(crate) fn krate(&self, default: &str) -> TokenStream {
        match &self.krate {
            Some(path) => quote!(#path),
            None => {
                let name = Ident::new(default, Span::call_site());
                quote!(::#name)
            }
        }
    }

    /// The expression that builds the runtime, giving an `io::Result`.
    pub(crate) fn build(&self, krate: &TokenStream) -> TokenStream {
        let (new, build) = match self.flavor {
            Flavor::CurrentThread => ("new_current_thread", quote!(build())),
            Flavor::MultiThread => ("new_multi_thread", quote!(build())),
            Flavor::Local => (
                "new_current_thread",
                quote!(build_local(#krate::runtime::LocalOptions::default())),
            ),
        };
        let new = format_ident!("{new}");
        let worker_threads = self.worker_threads.iter();
        let start_paused = self.start_paused.iter();
        let name = self.name.iter();
        let unhandled_panic = self.unhandled_panic.iter().map(|choice| match choice {
            UnhandledPanic::Ignore => quote!(Ignore),
            UnhandledPanic::ShutdownRuntime => quote!(ShutdownRuntime),
        });
        quote! {
            #krate::runtime::Builder::#new()
                .enable_all()
                #(.worker_threads(#worker_threads))*
                #(.start_paused(#start_paused))*
                #(.unhandled_panic(#krate::runtime::UnhandledPanic::#unhandled_panic))*
                #(.name(#name))*
                .#build
        }
    }
}

fn pair(meta: &Meta) -> Result<(&Ident, &Expr)> {
    let Some(key) = meta.path().get_ident() else {
        return Err(Error::new_spanned(meta, format!("expected one of {KNOWN}")));
    };
    match meta {
        Meta::NameValue(MetaNameValue { value, .. }) => Ok((key, value)),
        _ if KNOWN.contains(&format!("`{key}`")) => {
            Err(Error::new_spanned(meta, format!("`{key}` needs a value: `{key} = ...`")))
        }
        _ => Err(unknown_option(key.span(), &key.to_string())),
    }
}

fn unknown_option(span: Span, name: &str) -> Error {
    Error::new(span, format!("there is no option `{name}`; the options are {KNOWN}"))
}

fn flavor(value: &Expr) -> Result<Flavor> {
    let name = string("flavor", value)?;
    Ok(match name.value().as_str() {
        "current_thread" => Flavor::CurrentThread,
        "multi_thread" => Flavor::MultiThread,
        "local" => Flavor::Local,
        unknown => {
            return Err(Error::new_spanned(
                name,
                format!(
                    "there is no flavor `{unknown}`; the flavors are `current_thread`, \
                     `multi_thread` and `local`"
                ),
            ));
        }
    })
}

fn unhandled_panic(value: &Expr) -> Result<UnhandledPanic> {
    let name = string("unhandled_panic", value)?;
    Ok(match name.value().as_str() {
        "ignore" => UnhandledPanic::Ignore,
        "shutdown_runtime" => UnhandledPanic::ShutdownRuntime,
        _ => {
            let message = "an unhandled panic is either `ignore` or `shutdown_runtime`";
            return Err(Error::new_spanned(name, message));
        }
    })
}

fn string(key: impl std::fmt::Display, value: &Expr) -> Result<&LitStr> {
    match value {
        Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => Ok(text),
        _ => Err(Error::new_spanned(value, format!("`{key}` needs a string"))),
    }
}

fn integer(value: &Expr) -> Result<LitInt> {
    match value {
        Expr::Lit(ExprLit { lit: Lit::Int(number), .. }) if is_positive(number) => {
            Ok(number.clone())
        }
        _ => Err(Error::new_spanned(value, "`worker_threads` needs a positive integer")),
    }
}

fn is_positive(number: &LitInt) -> bool {
    number.base10_parse::<usize>().is_ok_and(|number| number > 0)
}

fn boolean(value: &Expr) -> Result<LitBool> {
    match value {
        Expr::Lit(ExprLit { lit: Lit::Bool(choice), .. }) => Ok(choice.clone()),
        _ => Err(Error::new_spanned(value, "`start_paused` needs `true` or `false`")),
    }
}

fn path(value: &Expr) -> Result<Path> {
    if let Expr::Path(path) = value {
        return Ok(path.path.clone());
    }
    let text = string("crate", value)?;
    text.parse_with(Path::parse_mod_style).map_err(|_| {
        Error::new_spanned(text, format!("`crate` needs a path, and `{}` is none", text.value()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn built(options: &str) -> String {
        let tokens = options.parse().expect("options are tokens");
        match Options::parse(Flavor::CurrentThread, tokens) {
            Ok(options) => {
                let krate = options.krate("runtime");
                options.build(&krate).to_string().replace(' ', "")
            }
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn each_option_becomes_its_call() {
        let start = "::runtime::runtime::Builder::new_current_thread().enable_all()";
        assert_eq!(built(""), format!("{start}.build()"));
        assert_eq!(built("start_paused = true,"), format!("{start}.start_paused(true).build()"));
        assert_eq!(built(r#"name = "mail""#), format!(r#"{start}.name("mail").build()"#));
        let shutdown = "::runtime::runtime::UnhandledPanic::ShutdownRuntime";
        assert_eq!(
            built(r#"unhandled_panic = "shutdown_runtime""#),
            format!("{start}.unhandled_panic({shutdown}).build()")
        );
        assert_eq!(
            built(r#"flavor = "local""#),
            format!("{start}.build_local(::runtime::runtime::LocalOptions::default())")
        );
    }

    #[test]
    fn worker_threads_belong_to_the_threaded_flavor() {
        assert_eq!(
            built(r#"worker_threads = 4, flavor = "multi_thread""#),
            "::runtime::runtime::Builder::new_multi_thread().enable_all().worker_threads(4).build()"
        );
        assert_eq!(
            built("worker_threads = 4"),
            "`worker_threads` needs `flavor = \"multi_thread\"`"
        );
    }

    #[test]
    fn the_crate_is_named_by_a_string_or_a_path() {
        let renamed = "self::rt::runtime::Builder::new_current_thread().enable_all().build()";
        assert_eq!(built(r#"crate = "self::rt""#), renamed);
        assert_eq!(built("crate = self::rt"), renamed);
    }
}
