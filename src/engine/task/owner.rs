//! Where a woken task goes.

use super::header::Task;
use crate::shim::Arc;
use std::mem::ManuallyDrop;

/// What a task needs of the thing that runs it.
pub(crate) trait Owner: Send + Sync + 'static {
    /// Takes a task that is ready to be polled.
    ///
    /// From the moment another thread can take it, the task may end and give up its reference to
    /// the owner: who goes on to touch `this` after that must hold a count of his own.
    fn schedule(this: &Arc<Self>, task: Task);

    /// Takes a finished task out of the set of live ones; `true` if it was in there, so that the
    /// set's reference is the caller's to give up.
    fn release(this: &Arc<Self>, task: &Task) -> bool;
}

/// The methods of one owner type, with its `Arc` erased.
struct Methods {
    schedule: unsafe fn(*const (), Task),
    release: unsafe fn(*const (), &Task) -> bool,
    drop: unsafe fn(*const ()),
}

/// A counted reference to an owner of any type, in two words.
pub(crate) struct OwnerRef {
    owner: *const (),
    methods: &'static Methods,
}

// SAFETY: it stands for an `Arc<O>` of an `O: Send + Sync`.
unsafe impl Send for OwnerRef {}
// SAFETY: as above.
unsafe impl Sync for OwnerRef {}

impl OwnerRef {
    pub(crate) fn new<O: Owner>(owner: Arc<O>) -> Self {
        Self { owner: Arc::into_raw(owner).cast(), methods: &Erased::<O>::METHODS }
    }

    /// Hands `task` to its owner.
    #[inline]
    pub(super) fn schedule(task: Task) {
        // Both words are read before the task can end elsewhere, and this reference with it.
        let OwnerRef { owner, methods } = &task.header().owner;
        let (owner, methods) = (*owner, *methods);
        // SAFETY: the pointer came out of an `Arc` of the type the methods were made for, and the
        // task keeps that alive as long as it is not in another thread's reach.
        unsafe { (methods.schedule)(owner, task) }
    }

    /// Takes `task` out of the set of its owner; see [`Owner::release`].
    #[inline]
    pub(super) fn release(task: &Task) -> bool {
        let this = &task.header().owner;
        // SAFETY: the pointer came out of an `Arc` of the type the methods were made for, and
        // this reference keeps it alive.
        unsafe { (this.methods.release)(this.owner, task) }
    }
}

impl Drop for OwnerRef {
    fn drop(&mut self) {
        // SAFETY: as in `release`; the count is given up once, here.
        unsafe { (self.methods.drop)(self.owner) }
    }
}

struct Erased<O>(O);

impl<O: Owner> Erased<O> {
    const METHODS: Methods = Methods {
        // SAFETY: callers pass the pointer of a live `Arc<O>`.
        schedule: |owner, task| O::schedule(&*unsafe { Self::borrow(owner) }, task),
        // SAFETY: as above.
        release: |owner, task| O::release(&*unsafe { Self::borrow(owner) }, task),
        // SAFETY: callers pass a pointer from `Arc::into_raw` that they will not use again.
        drop: |owner| drop(unsafe { Arc::from_raw(owner.cast::<O>()) }),
    };

    /// The `Arc` behind `owner`, without its count.
    ///
    /// # Safety
    ///
    /// `owner` must come from `Arc::<O>::into_raw`, and be alive.
    unsafe fn borrow(owner: *const ()) -> ManuallyDrop<Arc<O>> {
        // SAFETY: passed on to the caller; `ManuallyDrop` leaves the count alone.
        ManuallyDrop::new(unsafe { Arc::from_raw(owner.cast::<O>()) })
    }
}
