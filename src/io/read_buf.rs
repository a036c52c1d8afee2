//! A byte buffer that is filled step by step, without being zeroed first.
//!
//! ```text
//! 0            filled           initialized           capacity
//! |---- data ----|--- known bytes ---|--- uninitialised ---|
//!                |---------------- unfilled ---------------|
//! ```
//!
//! Invariant, kept by every safe method: `filled <= initialized <= capacity`, and the first
//! `initialized` bytes have been written at some time. Bytes never become uninitialised again.

use bytes::BufMut;
use bytes::buf::UninitSlice;
use std::fmt;
use std::mem::MaybeUninit;

/// A borrowed buffer that knows how much of it is filled and how much is initialised.
///
/// This is what [`AsyncRead::poll_read`](super::AsyncRead::poll_read) appends to. A reader puts
/// its bytes into the unfilled part and never sees uninitialised memory unless it asks for it.
///
/// # Examples
///
/// ```
/// use runtime::io::ReadBuf;
/// use std::mem::MaybeUninit;
///
/// let mut memory = [MaybeUninit::uninit(); 16];
/// let mut buf = ReadBuf::uninit(&mut memory);
/// buf.put_slice(b"hello");
/// assert_eq!(buf.filled(), b"hello");
/// assert_eq!(buf.remaining(), 11);
/// ```
pub struct ReadBuf<'a> {
    bytes: &'a mut [MaybeUninit<u8>],
    filled: usize,
    initialized: usize,
}

impl<'a> ReadBuf<'a> {
    /// Makes an empty buffer over bytes that are initialised.
    ///
    /// # Examples
    ///
    /// ```
    /// let mut memory = [0; 8];
    /// let buf = runtime::io::ReadBuf::new(&mut memory);
    /// assert_eq!(buf.initialized().len(), 8);
    /// assert!(buf.filled().is_empty());
    /// ```
    #[inline]
    pub fn new(buf: &'a mut [u8]) -> ReadBuf<'a> {
        let initialized = buf.len();
        // SAFETY: same layout; nothing uninitialised is ever written through this reference (the
        // methods that would allow it are unsafe and forbid it), so the owner's bytes stay bytes.
        let bytes = unsafe { &mut *(buf as *mut [u8] as *mut [MaybeUninit<u8>]) };
        Self { bytes, filled: 0, initialized }
    }

    /// Makes an empty buffer over memory of which nothing is known.
    ///
    /// # Examples
    ///
    /// ```
    /// let mut vec = Vec::with_capacity(8);
    /// let buf = runtime::io::ReadBuf::uninit(vec.spare_capacity_mut());
    /// assert!(buf.initialized().is_empty());
    /// ```
    #[inline]
    pub fn uninit(buf: &'a mut [MaybeUninit<u8>]) -> ReadBuf<'a> {
        Self { bytes: buf, filled: 0, initialized: 0 }
    }

    /// Gives the size of the whole buffer.
    ///
    /// # Examples
    ///
    /// ```
    /// let mut memory = [0; 8];
    /// assert_eq!(runtime::io::ReadBuf::new(&mut memory).capacity(), 8);
    /// ```
    #[inline]
    pub fn capacity(&self) -> usize {
        self.bytes.len()
    }

    /// Gives the filled part.
    ///
    /// # Examples
    ///
    /// ```
    /// let mut memory = [0; 8];
    /// let mut buf = runtime::io::ReadBuf::new(&mut memory);
    /// buf.put_slice(b"abc");
    /// assert_eq!(buf.filled(), b"abc");
    /// ```
    #[inline]
    pub fn filled(&self) -> &[u8] {
        &self.initialized()[..self.filled]
    }

    /// Gives the filled part, to be changed in place.
    ///
    /// # Examples
    ///
    /// ```
    /// let mut memory = [0; 8];
    /// let mut buf = runtime::io::ReadBuf::new(&mut memory);
    /// buf.put_slice(b"abc");
    /// buf.filled_mut().make_ascii_uppercase();
    /// assert_eq!(buf.filled(), b"ABC");
    /// ```
    #[inline]
    pub fn filled_mut(&mut self) -> &mut [u8] {
        let filled = self.filled;
        &mut self.initialized_mut()[..filled]
    }

    /// Gives a buffer over at most `n` bytes of the unfilled part.
    ///
    /// What is put there does not count as filled here: follow with
    /// [`assume_init`](ReadBuf::assume_init) and [`advance`](ReadBuf::advance).
    ///
    /// # Examples
    ///
    /// ```
    /// let mut memory = [0; 8];
    /// let mut buf = runtime::io::ReadBuf::new(&mut memory);
    /// buf.take(2).put_slice(b"ab");
    /// buf.advance(2); // the bytes were initialised from the start
    /// assert_eq!(buf.filled(), b"ab");
    /// ```
    #[inline]
    pub fn take(&mut self, n: usize) -> ReadBuf<'_> {
        let room = n.min(self.remaining());
        let initialized = (self.initialized - self.filled).min(room);
        let bytes = &mut self.bytes[self.filled..][..room];
        ReadBuf { bytes, filled: 0, initialized }
    }

    /// Gives the initialised part: what is filled, then what was written at some time.
    ///
    /// # Examples
    ///
    /// ```
    /// let mut memory = [7; 3];
    /// assert_eq!(runtime::io::ReadBuf::new(&mut memory).initialized(), [7; 3]);
    /// ```
    #[inline]
    pub fn initialized(&self) -> &[u8] {
        let known = &self.bytes[..self.initialized];
        // SAFETY: the first `initialized` bytes are, and have the layout of `u8`.
        unsafe { &*(known as *const [MaybeUninit<u8>] as *const [u8]) }
    }

    /// Gives the initialised part, to be changed in place.
    ///
    /// # Examples
    ///
    /// ```
    /// let mut memory = [7; 3];
    /// let mut buf = runtime::io::ReadBuf::new(&mut memory);
    /// buf.initialized_mut()[0] = 1;
    /// buf.advance(2);
    /// assert_eq!(buf.filled(), [1, 7]);
    /// ```
    #[inline]
    pub fn initialized_mut(&mut self) -> &mut [u8] {
        let known = &mut self.bytes[..self.initialized];
        // SAFETY: the first `initialized` bytes are, and have the layout of `u8`.
        unsafe { &mut *(known as *mut [MaybeUninit<u8>] as *mut [u8]) }
    }

    /// Gives the whole buffer, whatever its state.
    ///
    /// # Safety
    ///
    /// Initialised bytes must not be made uninitialised.
    ///
    /// # Examples
    ///
    /// ```
    /// let mut memory = [0; 8];
    /// let mut buf = runtime::io::ReadBuf::new(&mut memory);
    /// // SAFETY: nothing is written.
    /// assert_eq!(unsafe { buf.inner_mut() }.len(), 8);
    /// ```
    #[inline]
    pub unsafe fn inner_mut(&mut self) -> &mut [MaybeUninit<u8>] {
        self.bytes
    }

    /// Gives the unfilled part, whatever its state.
    ///
    /// # Safety
    ///
    /// Initialised bytes must not be made uninitialised.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::mem::MaybeUninit;
    ///
    /// let mut memory = [MaybeUninit::uninit(); 8];
    /// let mut buf = runtime::io::ReadBuf::uninit(&mut memory);
    /// // SAFETY: one byte is written, then counted.
    /// unsafe {
    ///     buf.unfilled_mut()[0].write(b'x');
    ///     buf.assume_init(1);
    /// }
    /// buf.advance(1);
    /// assert_eq!(buf.filled(), b"x");
    /// ```
    #[inline]
    pub unsafe fn unfilled_mut(&mut self) -> &mut [MaybeUninit<u8>] {
        &mut self.bytes[self.filled..]
    }

    /// Gives the whole unfilled part as bytes, zeroing those that are not initialised.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::io::Read;
    ///
    /// let mut memory = [0; 8];
    /// let mut buf = runtime::io::ReadBuf::new(&mut memory);
    /// let n = (&b"abc"[..]).read(buf.initialize_unfilled())?;
    /// buf.advance(n);
    /// assert_eq!(buf.filled(), b"abc");
    /// # Ok::<(), std::io::Error>(())
    /// ```
    #[inline]
    pub fn initialize_unfilled(&mut self) -> &mut [u8] {
        self.initialize_unfilled_to(self.remaining())
    }

    /// Gives the first `n` bytes of the unfilled part, zeroing those that are not initialised.
    ///
    /// # Panics
    ///
    /// If fewer than `n` bytes remain.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::mem::MaybeUninit;
    ///
    /// let mut memory = [MaybeUninit::uninit(); 8];
    /// let mut buf = runtime::io::ReadBuf::uninit(&mut memory);
    /// assert_eq!(buf.initialize_unfilled_to(3), [0, 0, 0]);
    /// ```
    #[inline]
    #[track_caller]
    pub fn initialize_unfilled_to(&mut self, n: usize) -> &mut [u8] {
        assert!(
            n <= self.remaining(),
            "cannot initialise {n} bytes: only {} remain, ask for no more than `remaining()`",
            self.remaining()
        );
        let (start, end) = (self.filled, self.filled + n);
        if end > self.initialized {
            self.bytes[self.initialized..end].fill(MaybeUninit::new(0));
            self.initialized = end;
        }
        &mut self.initialized_mut()[start..end]
    }

    /// Gives how many bytes are not filled yet.
    ///
    /// # Examples
    ///
    /// ```
    /// let mut memory = [0; 8];
    /// let mut buf = runtime::io::ReadBuf::new(&mut memory);
    /// buf.put_slice(b"abc");
    /// assert_eq!(buf.remaining(), 5);
    /// ```
    #[inline]
    pub fn remaining(&self) -> usize {
        self.capacity() - self.filled
    }

    /// Forgets what is filled; the bytes stay initialised.
    ///
    /// # Examples
    ///
    /// ```
    /// let mut memory = [0; 8];
    /// let mut buf = runtime::io::ReadBuf::new(&mut memory);
    /// buf.put_slice(b"abc");
    /// buf.clear();
    /// assert_eq!(buf.remaining(), 8);
    /// ```
    #[inline]
    pub fn clear(&mut self) {
        self.filled = 0;
    }

    /// Counts the next `n` bytes, which must be initialised, as filled.
    ///
    /// # Panics
    ///
    /// If the filled part would become larger than the initialised part.
    ///
    /// # Examples
    ///
    /// ```
    /// let mut memory = [0; 8];
    /// let mut buf = runtime::io::ReadBuf::new(&mut memory);
    /// buf.initialize_unfilled()[0] = b'x';
    /// buf.advance(1);
    /// assert_eq!(buf.filled(), b"x");
    /// ```
    #[inline]
    #[track_caller]
    pub fn advance(&mut self, n: usize) {
        self.set_filled(self.filled.saturating_add(n));
    }

    /// Sets the size of the filled part.
    ///
    /// # Panics
    ///
    /// If the filled part would become larger than the initialised part.
    ///
    /// # Examples
    ///
    /// ```
    /// let mut memory = *b"abcdef";
    /// let mut buf = runtime::io::ReadBuf::new(&mut memory);
    /// buf.set_filled(4);
    /// assert_eq!(buf.filled(), b"abcd");
    /// ```
    #[inline]
    #[track_caller]
    pub fn set_filled(&mut self, n: usize) {
        assert!(
            n <= self.initialized,
            "cannot fill up to byte {n}: only {} are initialised, write them first",
            self.initialized
        );
        self.filled = n;
    }

    /// Counts the first `n` unfilled bytes as initialised.
    ///
    /// # Safety
    ///
    /// They must have been written.
    ///
    /// # Panics
    ///
    /// If fewer than `n` bytes remain.
    ///
    /// # Examples
    ///
    /// See [`unfilled_mut`](ReadBuf::unfilled_mut).
    #[inline]
    #[track_caller]
    pub unsafe fn assume_init(&mut self, n: usize) {
        assert!(
            n <= self.remaining(),
            "cannot count {n} bytes as initialised: only {} remain",
            self.remaining()
        );
        self.initialized = self.initialized.max(self.filled + n);
    }

    /// Appends bytes.
    ///
    /// # Panics
    ///
    /// If there is no room for all of them.
    ///
    /// # Examples
    ///
    /// ```
    /// let mut memory = [0; 8];
    /// let mut buf = runtime::io::ReadBuf::new(&mut memory);
    /// buf.put_slice(b"abc");
    /// buf.put_slice(b"def");
    /// assert_eq!(buf.filled(), b"abcdef");
    /// ```
    #[inline]
    #[track_caller]
    pub fn put_slice(&mut self, buf: &[u8]) {
        assert!(
            buf.len() <= self.remaining(),
            "cannot put {} bytes: only {} remain, put no more than `remaining()`",
            buf.len(),
            self.remaining()
        );
        let end = self.filled + buf.len();
        UninitSlice::uninit(&mut self.bytes[self.filled..end]).copy_from_slice(buf);
        self.initialized = self.initialized.max(end);
        self.filled = end;
    }

    /// Fills all that remains with one byte.
    pub(crate) fn fill(&mut self, byte: u8) {
        self.bytes[self.filled..].fill(MaybeUninit::new(byte));
        self.filled = self.bytes.len();
        self.initialized = self.filled;
    }

    /// Lets `read` append at most `limit` bytes.
    ///
    /// `read` gets a buffer of its own, so whatever it does to that one, the bytes counted here
    /// afterwards are bytes of this buffer.
    ///
    /// # Panics
    ///
    /// If `read` puts a different buffer in the place of the one it was given.
    pub(crate) fn fill_at_most<T>(
        &mut self,
        limit: usize,
        read: impl FnOnce(&mut ReadBuf<'_>) -> T,
    ) -> T {
        let mut part = self.take(limit);
        let given = std::ptr::from_ref(&*part.bytes);
        let answer = read(&mut part);
        assert!(
            std::ptr::eq(given, &*part.bytes),
            "`poll_read` must fill the `ReadBuf` that it is given, not replace it"
        );
        let (filled, initialized) = (part.filled, part.initialized);
        // SAFETY: `part` covers the same memory as before, right behind our filled bytes, and by
        // its invariant its first `initialized` bytes are.
        unsafe { self.assume_init(initialized) };
        self.advance(filled);
        answer
    }
}

/// Reads into the spare room that `buf` offers next; also gives how many bytes came.
///
/// After an error none count.
pub(crate) fn into_spare<B: BufMut + ?Sized, T, E>(
    buf: &mut B,
    read: impl FnOnce(&mut ReadBuf<'_>) -> Result<T, E>,
) -> Result<(usize, T), E> {
    // SAFETY: `ReadBuf` reads only what was written to it, and never makes a byte uninitialised.
    let mut spare = ReadBuf::uninit(unsafe { buf.chunk_mut().as_uninit_slice_mut() });
    let answer = spare.fill_at_most(usize::MAX, read)?;
    let count = spare.filled().len();
    // SAFETY: `spare` never left this function, so its filled bytes are the first of the chunk.
    unsafe { buf.advance_mut(count) };
    Ok((count, answer))
}

// SAFETY: `chunk_mut` gives the unfilled part, whose size is `remaining_mut`, and the same memory
// until `advance_mut`, which counts bytes that the caller has written.
unsafe impl BufMut for ReadBuf<'_> {
    fn remaining_mut(&self) -> usize {
        self.remaining()
    }

    #[track_caller]
    unsafe fn advance_mut(&mut self, n: usize) {
        // SAFETY: the caller says that the next `n` bytes are written.
        unsafe { self.assume_init(n) };
        self.advance(n);
    }

    fn chunk_mut(&mut self) -> &mut UninitSlice {
        UninitSlice::uninit(&mut self.bytes[self.filled..])
    }

    #[track_caller]
    fn put_slice(&mut self, source: &[u8]) {
        ReadBuf::put_slice(self, source);
    }
}

impl fmt::Debug for ReadBuf<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReadBuf")
            .field("filled", &self.filled)
            .field("initialized", &self.initialized)
            .field("capacity", &self.capacity())
            .finish()
    }
}
