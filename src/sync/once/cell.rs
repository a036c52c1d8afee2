//! A value that the first task in need of it makes.

use super::error::SetError;
use super::slot::Slot;
use std::convert::Infallible;
use std::fmt;

/// A value that is made by an asynchronous function, once, when somebody needs it.
///
/// [`OnceCell::get_or_init`] makes the value if there is none. Those who call it meanwhile wait;
/// if making the value fails, panics or is cancelled, the next of them tries.
///
/// # Examples
///
/// ```
/// use runtime::sync::OnceCell;
///
/// async fn connect() -> String {
///     "a connection".to_owned()
/// }
///
/// static CONNECTION: OnceCell<String> = OnceCell::const_new();
///
/// # #[runtime::main(flavor = "current_thread")]
/// # async fn main() {
/// let connection = CONNECTION.get_or_init(connect).await;
/// assert_eq!(connection, "a connection");
/// # }
/// ```
pub struct OnceCell<T> {
    slot: Slot<T>,
}

impl<T> OnceCell<T> {
    /// Makes an empty cell.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::OnceCell;
    ///
    /// let cell = OnceCell::<u32>::new();
    /// assert!(!cell.initialized());
    /// ```
    pub fn new() -> Self {
        Self::const_new()
    }

    /// Makes an empty cell, in a constant or static too.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::OnceCell;
    ///
    /// static NAME: OnceCell<String> = OnceCell::const_new();
    /// assert_eq!(NAME.get(), None);
    /// ```
    pub const fn const_new() -> Self {
        Self { slot: Slot::new() }
    }

    /// Makes a cell with or without a value.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::OnceCell;
    ///
    /// assert_eq!(OnceCell::new_with(Some(1)).get(), Some(&1));
    /// assert_eq!(OnceCell::<i32>::new_with(None).get(), None);
    /// ```
    pub fn new_with(value: Option<T>) -> Self {
        value.map_or_else(Self::new, Self::const_new_with)
    }

    /// Makes a cell with a value, in a constant or static too.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::OnceCell;
    ///
    /// static ONE: OnceCell<u32> = OnceCell::const_new_with(1);
    /// assert_eq!(ONE.get(), Some(&1));
    /// ```
    pub const fn const_new_with(value: T) -> Self {
        Self { slot: Slot::filled(value) }
    }

    /// Returns whether there is a value.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::OnceCell;
    ///
    /// let cell = OnceCell::new();
    /// assert!(!cell.initialized());
    /// cell.set(1).unwrap();
    /// assert!(cell.initialized());
    /// ```
    #[inline]
    pub fn initialized(&self) -> bool {
        self.slot.is_filled()
    }

    /// Returns the value, if there is one.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::OnceCell;
    ///
    /// let cell = OnceCell::new();
    /// assert_eq!(cell.get(), None);
    /// cell.set(1).unwrap();
    /// assert_eq!(cell.get(), Some(&1));
    /// ```
    #[inline]
    pub fn get(&self) -> Option<&T> {
        self.slot.get()
    }

    /// Returns the value to be changed, if there is one.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::OnceCell;
    ///
    /// let mut cell = OnceCell::new_with(Some(1));
    /// *cell.get_mut().unwrap() += 1;
    /// assert_eq!(cell.get(), Some(&2));
    /// ```
    pub fn get_mut(&mut self) -> Option<&mut T> {
        self.slot.get_mut()
    }

    /// Sets the value, if there is none and nobody makes one.
    ///
    /// # Errors
    ///
    /// [`SetError::AlreadyInitializedError`] if there is a value, and
    /// [`SetError::InitializingError`] if [`OnceCell::get_or_init`] makes one at the moment; both
    /// give `value` back.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::OnceCell;
    ///
    /// let cell = OnceCell::new();
    /// assert!(cell.set(1).is_ok());
    /// assert!(cell.set(2).unwrap_err().is_already_init_err());
    /// ```
    pub fn set(&self, value: T) -> Result<(), SetError<T>> {
        match self.slot.try_claim() {
            Ok(claim) => {
                claim.fill(value);
                Ok(())
            }
            Err(refusal) => Err(SetError::new(refusal, value)),
        }
    }

    /// Returns the value, made by `f` if there is none yet.
    ///
    /// One caller at a time runs its function, and the others wait. If that function panics, or
    /// its call is cancelled, the next in line runs its own. A function that asks for the value of
    /// the same cell waits for itself, for ever.
    ///
    /// # Cancel safety
    ///
    /// Cancelling drops the future of `f`, if that was running, and leaves the cell empty for the
    /// next; or it gives up the place in the queue.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::OnceCell;
    ///
    /// # #[runtime::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let cell = OnceCell::new();
    /// assert_eq!(cell.get_or_init(|| async { 1 }).await, &1);
    /// assert_eq!(cell.get_or_init(|| async { 2 }).await, &1);
    /// # }
    /// ```
    pub async fn get_or_init<F, Fut>(&self, f: F) -> &T
    where
        F: FnOnce() -> Fut,
        Fut: Future<Output = T>,
    {
        if let Some(value) = self.slot.get() {
            return value;
        }
        let make = || async { Ok::<T, Infallible>(f().await) };
        match self.get_or_try_init(make).await {
            Ok(value) => value,
            Err(never) => match never {},
        }
    }

    /// Returns the value, made by `f` if there is none yet and if it succeeds.
    ///
    /// # Cancel safety
    ///
    /// As [`OnceCell::get_or_init`].
    ///
    /// # Errors
    ///
    /// The error of `f`; the cell stays empty then, and the next in line runs its function.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::OnceCell;
    ///
    /// # #[runtime::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let cell = OnceCell::new();
    /// assert_eq!(cell.get_or_try_init(|| async { Err("not now") }).await, Err("not now"));
    /// assert_eq!(cell.get_or_try_init(|| async { Ok::<_, &str>(1) }).await, Ok(&1));
    /// # }
    /// ```
    pub async fn get_or_try_init<E, F, Fut>(&self, f: F) -> Result<&T, E>
    where
        F: FnOnce() -> Fut,
        Fut: Future<Output = Result<T, E>>,
    {
        if let Some(value) = self.slot.get() {
            return Ok(value);
        }
        match self.slot.claim().await {
            Ok(claim) => Ok(claim.fill(f().await?)),
            Err(_) => Ok(self.slot.get().expect("a closed slot is filled")),
        }
    }

    /// Turns the cell into its value.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::OnceCell;
    ///
    /// assert_eq!(OnceCell::new_with(Some(1)).into_inner(), Some(1));
    /// ```
    pub fn into_inner(mut self) -> Option<T> {
        self.take()
    }

    /// Takes the value out, so that the cell is empty again.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::OnceCell;
    ///
    /// let mut cell = OnceCell::new_with(Some(1));
    /// assert_eq!(cell.take(), Some(1));
    /// assert_eq!(cell.take(), None);
    /// ```
    pub fn take(&mut self) -> Option<T> {
        self.slot.take()
    }
}

impl<T> Drop for OnceCell<T> {
    fn drop(&mut self) {
        drop(self.slot.take());
    }
}

impl<T> Default for OnceCell<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T> From<T> for OnceCell<T> {
    fn from(value: T) -> Self {
        Self::const_new_with(value)
    }
}

impl<T: Clone> Clone for OnceCell<T> {
    fn clone(&self) -> Self {
        Self::new_with(self.get().cloned())
    }
}

impl<T: PartialEq> PartialEq for OnceCell<T> {
    fn eq(&self, other: &Self) -> bool {
        self.get() == other.get()
    }
}

impl<T: Eq> Eq for OnceCell<T> {}

impl<T: fmt::Debug> fmt::Debug for OnceCell<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OnceCell").field("value", &self.get()).finish()
    }
}
