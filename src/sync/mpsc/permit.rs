//! Room in a bounded channel that was reserved.

use super::Sender;
use super::channel::Channel;
use super::flow::Bounded;
use crate::sync::permits::Closed;
use std::fmt;
use std::iter::FusedIterator;
use std::mem;

impl<T> Channel<T, Bounded> {
    /// Waits for room for `count` values.
    #[inline]
    pub(super) async fn hold(&self, count: usize) -> Result<(), Closed> {
        // What a reservation has got goes back when it fails or is cancelled: see `give_back`.
        let watch = Watch(self);
        if !self.flow.permits.acquire_now(count) {
            self.flow.permits.acquire(count).await?;
        }
        mem::forget(watch);
        Ok(())
    }

    /// Sends a value whose room is held; hands it back if the receiver is gone.
    #[inline]
    pub(super) fn push_held(&self, value: T) -> Result<(), T> {
        self.push(value).inspect_err(|_| self.give_back(1))
    }

    /// Gives up the room for `count` values.
    pub(super) fn give_back(&self, count: usize) {
        let _watch = Watch(self);
        self.flow.permits.release(count);
    }
}

/// When dropped, lets a receiver know that was closed and waits for the last permits to come back.
struct Watch<'a, T>(&'a Channel<T, Bounded>);

impl<T> Drop for Watch<'_, T> {
    #[inline]
    fn drop(&mut self) {
        if self.0.flow.is_over() {
            self.0.rx_waker.wake();
        }
    }
}

/// Room for one value, from [`Sender::reserve`] or [`Sender::try_reserve`].
///
/// It is given up if the permit is dropped unused.
///
/// # Examples
///
/// ```
/// use runtime::sync::mpsc;
///
/// # #[runtime::main(flavor = "current_thread")]
/// # async fn main() {
/// let (tx, mut rx) = mpsc::channel(1);
/// let permit = tx.reserve().await.unwrap();
/// permit.send("never waits");
/// assert_eq!(rx.recv().await, Some("never waits"));
/// # }
/// ```
#[must_use = "dropping a permit gives up the room"]
pub struct Permit<'a, T> {
    channel: &'a Channel<T, Bounded>,
}

impl<'a, T> Permit<'a, T> {
    pub(super) fn new(channel: &'a Channel<T, Bounded>) -> Self {
        Self { channel }
    }

    /// Sends a value in the room that was reserved.
    ///
    /// If the receiver is gone by now the value is dropped.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::mpsc;
    ///
    /// let (tx, mut rx) = mpsc::channel(1);
    /// tx.try_reserve().unwrap().send(5);
    /// assert_eq!(rx.try_recv(), Ok(5));
    /// ```
    pub fn send(self, value: T) {
        let channel = self.channel;
        // The value has the room from now on, even if the receiver's waker panics.
        mem::forget(self);
        drop(channel.push_held(value));
    }
}

impl<T> Drop for Permit<'_, T> {
    fn drop(&mut self) {
        self.channel.give_back(1);
    }
}

impl<T> fmt::Debug for Permit<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Permit").finish_non_exhaustive()
    }
}

/// Room for several values, from [`Sender::reserve_many`] or [`Sender::try_reserve_many`].
///
/// It gives a [`Permit`] for each. Those that were not taken are given up when it is dropped.
///
/// # Examples
///
/// ```
/// use runtime::sync::mpsc;
///
/// # #[runtime::main(flavor = "current_thread")]
/// # async fn main() {
/// let (tx, mut rx) = mpsc::channel(3);
/// for (at, permit) in tx.reserve_many(3).await.unwrap().enumerate() {
///     permit.send(at);
/// }
/// assert_eq!(rx.len(), 3);
/// # rx.close();
/// # }
/// ```
#[must_use = "dropping the permits gives up the room"]
pub struct PermitIterator<'a, T> {
    channel: &'a Channel<T, Bounded>,
    left: usize,
}

impl<'a, T> PermitIterator<'a, T> {
    pub(super) fn new(channel: &'a Channel<T, Bounded>, count: usize) -> Self {
        Self { channel, left: count }
    }
}

impl<'a, T> Iterator for PermitIterator<'a, T> {
    type Item = Permit<'a, T>;

    fn next(&mut self) -> Option<Permit<'a, T>> {
        self.left = self.left.checked_sub(1)?;
        Some(Permit::new(self.channel))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.left, Some(self.left))
    }
}

impl<T> ExactSizeIterator for PermitIterator<'_, T> {}
impl<T> FusedIterator for PermitIterator<'_, T> {}

impl<T> Drop for PermitIterator<'_, T> {
    fn drop(&mut self) {
        if self.left > 0 {
            self.channel.give_back(self.left);
        }
    }
}

impl<T> fmt::Debug for PermitIterator<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PermitIterator").field("left", &self.left).finish_non_exhaustive()
    }
}

/// Room for one value, together with the sender, from [`Sender::reserve_owned`].
///
/// It is given up if the permit is dropped unused. It counts as a sender.
///
/// # Examples
///
/// ```
/// use runtime::sync::mpsc;
///
/// # #[runtime::main(flavor = "current_thread")]
/// # async fn main() {
/// let (tx, mut rx) = mpsc::channel(1);
/// let permit = tx.reserve_owned().await.unwrap();
/// runtime::spawn(async move { permit.send(5) });
/// assert_eq!(rx.recv().await, Some(5));
/// # }
/// ```
#[must_use = "dropping a permit gives up the room"]
pub struct OwnedPermit<T> {
    // Taken when the permit is used.
    sender: Option<Sender<T>>,
}

impl<T> OwnedPermit<T> {
    pub(super) fn new(sender: Sender<T>) -> Self {
        Self { sender: Some(sender) }
    }

    fn sender(&self) -> &Sender<T> {
        self.sender.as_ref().expect("taken only by methods that consume the permit")
    }

    /// Sends a value in the room that was reserved, and gives the sender back.
    ///
    /// If the receiver is gone by now the value is dropped.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::mpsc;
    ///
    /// let (tx, mut rx) = mpsc::channel(2);
    /// let tx = tx.try_reserve_owned().unwrap().send(1);
    /// tx.try_send(2).unwrap();
    /// assert_eq!((rx.try_recv(), rx.try_recv()), (Ok(1), Ok(2)));
    /// ```
    pub fn send(mut self, value: T) -> Sender<T> {
        let sender = self.sender.take().expect("taken only by methods that consume the permit");
        drop(sender.channel().push_held(value));
        sender
    }

    /// Gives up the room, and gives the sender back.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::mpsc;
    ///
    /// let (tx, _rx) = mpsc::channel::<u32>(1);
    /// let permit = tx.try_reserve_owned().unwrap();
    /// let tx = permit.release();
    /// assert_eq!(tx.capacity(), 1);
    /// ```
    pub fn release(mut self) -> Sender<T> {
        let sender = self.sender.take().expect("taken only by methods that consume the permit");
        sender.channel().give_back(1);
        sender
    }

    /// Returns whether both permits are for the same channel.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::mpsc;
    ///
    /// let (tx, _rx) = mpsc::channel::<u32>(2);
    /// let first = tx.clone().try_reserve_owned().unwrap();
    /// let second = tx.try_reserve_owned().unwrap();
    /// assert!(first.same_channel(&second));
    /// ```
    pub fn same_channel(&self, other: &Self) -> bool {
        self.sender().same_channel(other.sender())
    }

    /// Returns whether the permit is for the channel of `sender`.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::mpsc;
    ///
    /// let (tx, _rx) = mpsc::channel::<u32>(1);
    /// let permit = tx.clone().try_reserve_owned().unwrap();
    /// assert!(permit.same_channel_as_sender(&tx));
    /// ```
    pub fn same_channel_as_sender(&self, sender: &Sender<T>) -> bool {
        self.sender().same_channel(sender)
    }
}

impl<T> Drop for OwnedPermit<T> {
    fn drop(&mut self) {
        if let Some(sender) = &self.sender {
            sender.channel().give_back(1);
        }
    }
}

impl<T> fmt::Debug for OwnedPermit<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OwnedPermit").finish_non_exhaustive()
    }
}
