//! The macro `task_local!`.

/// Declares keys of values that each task has for itself.
///
/// The declarations look like those of `std::thread_local!`, without a first value: a value is
/// there inside of a [`scope`](crate::task::LocalKey::scope) that sets it.
///
/// # Examples
///
/// ```
/// # let rt = runtime::runtime::Builder::new_current_thread().build().unwrap();
/// # rt.block_on(async {
/// runtime::task_local! {
///     /// Whom a task works for.
///     pub static USER: String;
///
///     static ATTEMPT: u32
/// }
///
/// let work = async { format!("{}, {}", USER.get(), ATTEMPT.get()) };
/// let task = runtime::spawn(USER.scope("ann".into(), ATTEMPT.scope(2, work)));
/// assert_eq!(task.await.unwrap(), "ann, 2");
/// # });
/// ```
#[macro_export]
macro_rules! task_local {
    ($(
        $(#[$attribute:meta])* $visibility:vis static $name:ident: $value:ty
    );* $(;)?) => {$(
        $(#[$attribute])*
        $visibility static $name: $crate::task::LocalKey<$value> = {
            $crate::macros::support::user_thread_local! {
                static __TASK_LOCAL_SLOT:
                    $crate::macros::support::RefCell<$crate::macros::support::Option<$value>> =
                    const { $crate::macros::support::RefCell::new(
                        $crate::macros::support::None,
                    ) };
            }
            $crate::task::LocalKey { slot: __TASK_LOCAL_SLOT }
        };
    )*};
}
