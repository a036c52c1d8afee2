//! Methods that several types have in common, written once.

/// Gives each of the types before the arrow what comes behind it: methods, or a trait.
macro_rules! impl_for {
    ($($of:ty),+ => impl $of_trait:path { $($methods:tt)* }) => {
        impl_for!(@each [$($of),+] [$of_trait] { $($methods)* });
    };
    ($($of:ty),+ => $methods:tt) => { $(impl $of $methods)+ };
    (@each [$($of:ty),+] [$of_trait:path] $methods:tt) => { $(impl $of_trait for $of $methods)+ };
}

pub(super) use impl_for;
