//! What all guards of locks have in common: each of them stands for its value.

/// Where the value lies that a guard may write to, or a part of it.
///
/// The guard is what a `&mut T` would be. It holds none, since that would have to be good until the
/// end of a function that takes the guard and drops it.
pub(super) struct PartMut<T: ?Sized>(pub(super) *mut T);

// SAFETY: where the pointer is followed, in the guard, it is the one way to a `T`.
unsafe impl<T: ?Sized + Send> Send for PartMut<T> {}
// SAFETY: as above; through a shared guard a `T` is only read.
unsafe impl<T: ?Sized + Sync> Sync for PartMut<T> {}

/// Where the value lies that a guard may read, or a part of it; see [`PartMut`].
pub(super) struct PartRef<T: ?Sized>(pub(super) *const T);

// SAFETY: where the pointer is followed, in the guard, a `T` is only read.
unsafe impl<T: ?Sized + Sync> Send for PartRef<T> {}
// SAFETY: as above, and `Send` on top, which the guards ask for to keep a choice open.
unsafe impl<T: ?Sized + Send + Sync> Sync for PartRef<T> {}

/// Lets guards be read, compared by eye and printed as their values.
///
/// A row names the parameters, the guard, the type of its value, and the way from one to the other.
macro_rules! reads_value {
    ($([$($params:tt)*] $guard:ty => $value:ident: |$this:ident| $data:expr;)*) => {$(
        impl<$($params)*> std::ops::Deref for $guard {
            type Target = $value;

            #[inline]
            fn deref(&self) -> &$value {
                let $this = self;
                // SAFETY: the guard holds the permits without which nobody writes to the value,
                // until it is dropped; and it keeps the lock, where the value lies, alive.
                unsafe { &*$data }
            }
        }

        impl<$($params)*> std::fmt::Debug for $guard
        where
            $value: std::fmt::Debug,
        {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                (**self).fmt(f)
            }
        }

        impl<$($params)*> std::fmt::Display for $guard
        where
            $value: std::fmt::Display,
        {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                (**self).fmt(f)
            }
        }
    )*};
}
pub(super) use reads_value;

/// Lets guards that hold their lock alone be written to; rows as in [`reads_value`], which it calls.
macro_rules! writes_value {
    ($([$($params:tt)*] $guard:ty => $value:ident: |$this:ident| $data:expr;)*) => {$(
        $crate::sync::guard::reads_value! {
            [$($params)*] $guard => $value: |$this| $data;
        }

        impl<$($params)*> std::ops::DerefMut for $guard {
            #[inline]
            fn deref_mut(&mut self) -> &mut $value {
                let $this = self;
                // SAFETY: the guard holds all permits, so nobody else reaches the value before it
                // is dropped; and it keeps the lock, where the value lies, alive.
                unsafe { &mut *$data }
            }
        }
    )*};
}
pub(super) use writes_value;
