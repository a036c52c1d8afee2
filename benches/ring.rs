//! What does a ready task cost on its way through a queue?
//!
//! The microtask ring against queues that could stand in its place: a locked `VecDeque`, two of
//! crossbeam's, and an intrusive list after Vyukov. Then the queues that only an owner pushes on.
#![allow(missing_docs, reason = "the macros of criterion make public items without a comment")]

#[allow(dead_code, unused_imports, reason = "the room as it is, of which a part is measured")]
#[path = "../src/engine/ring/mod.rs"]
mod ring;
#[allow(dead_code, unused_imports, reason = "what the room above is built on")]
#[path = "../src/shim/mod.rs"]
mod shim;

use criterion::{BatchSize, measurement::WallTime};
use criterion::{BenchmarkGroup, Criterion, Throughput, criterion_group, criterion_main};
use crossbeam_queue::{ArrayQueue, SegQueue};
use ring::{Chained, Fifo, Lane, Link, MicrotaskRing, Pop};
use std::cell::UnsafeCell;
use std::collections::VecDeque;
use std::hint::black_box;
use std::ptr::{self, NonNull};
use std::sync::atomic::{AtomicPtr, Ordering};
use std::sync::{Barrier, Mutex};
use std::thread;
use std::time::{Duration, Instant};

/// How many items one thread has under way at once.
const BURST: usize = 1024;
/// How many items a producer pushes while another thread pops: many, for the threads to meet.
const STREAM: usize = 32 * BURST;

type Item = Box<Node>;

/// A stand-in for a task: the links of both intrusive queues, and some body.
#[repr(C)]
struct Node {
    link: Link,
    next: AtomicPtr<Node>,
    _body: [usize; 6],
}

fn item() -> Item {
    Box::new(Node { link: Link::new(), next: AtomicPtr::default(), _body: [0; 6] })
}

fn items(count: usize) -> Vec<Item> {
    (0..count).map(|_| item()).collect()
}

// SAFETY: the box keeps the node in place, nobody else knows it, and the pointer is the box's own.
unsafe impl Chained for Item {
    fn into_node(self) -> NonNull<Link> {
        NonNull::from(Box::leak(self)).cast()
    }

    unsafe fn from_node(node: NonNull<Link>) -> Self {
        // SAFETY: the caller passes what `into_node` gave, once; the link is the first field.
        unsafe { Box::from_raw(node.cast::<Node>().as_ptr()) }
    }
}

/// A queue that any thread pushes on and one thread pops from.
trait Queue: Sync {
    const NAME: &str;
    fn new() -> Self;
    fn push(&self, item: Item);
    fn pop_into(&self, items: &mut Vec<Item>);
}

impl Queue for MicrotaskRing<Item> {
    const NAME: &str = "ring";

    fn new() -> Self {
        MicrotaskRing::new()
    }

    fn push(&self, item: Item) {
        let _ = black_box(self.push(item));
    }

    fn pop_into(&self, items: &mut Vec<Item>) {
        if let Pop::Item(item) = self.pop() {
            items.push(item);
        }
    }
}

/// The ring as a worker uses it, several items a claim.
struct Batched(MicrotaskRing<Item>);

impl Queue for Batched {
    const NAME: &str = "ring, batches of 32";

    fn new() -> Self {
        Self(MicrotaskRing::new())
    }

    fn push(&self, item: Item) {
        let _ = black_box(self.0.push(item));
    }

    fn pop_into(&self, items: &mut Vec<Item>) {
        let mut batch = Fifo::new();
        let _ = black_box(self.0.pop_batch(32, &mut batch));
        items.extend(std::iter::from_fn(|| batch.pop_front()));
    }
}

impl Queue for Mutex<VecDeque<Item>> {
    const NAME: &str = "locked VecDeque";

    fn new() -> Self {
        Mutex::new(VecDeque::with_capacity(4 * STREAM))
    }

    fn push(&self, item: Item) {
        self.lock().unwrap().push_back(item);
    }

    fn pop_into(&self, items: &mut Vec<Item>) {
        items.extend(self.lock().unwrap().pop_front());
    }
}

impl Queue for ArrayQueue<Item> {
    const NAME: &str = "ArrayQueue";

    fn new() -> Self {
        ArrayQueue::new(4 * STREAM)
    }

    fn push(&self, item: Item) {
        assert!(self.push(item).is_ok(), "made for all items of a round");
    }

    fn pop_into(&self, items: &mut Vec<Item>) {
        items.extend(self.pop());
    }
}

impl Queue for SegQueue<Item> {
    const NAME: &str = "SegQueue";

    fn new() -> Self {
        SegQueue::new()
    }

    fn push(&self, item: Item) {
        self.push(item);
    }

    fn pop_into(&self, items: &mut Vec<Item>) {
        items.extend(self.pop());
    }
}

/// An intrusive list: one swap a push, but a producer stopped after it hides all that come later.
struct Vyukov {
    newest: AtomicPtr<Node>,
    oldest: UnsafeCell<*mut Node>,
    stub: *mut Node,
}

// SAFETY: nodes are boxes that may move between threads.
unsafe impl Send for Vyukov {}
// SAFETY: `oldest` is used by `pop_into` only, which one thread calls.
unsafe impl Sync for Vyukov {}

impl Vyukov {
    fn push_node(&self, node: *mut Node) {
        // SAFETY: the node is ours until the swap publishes it.
        unsafe { (*node).next.store(ptr::null_mut(), Ordering::Relaxed) };
        // AcqRel: pairs with the swap of the next producer, who writes to our node.
        let before = self.newest.swap(node, Ordering::AcqRel);
        // SAFETY: the node before is not handed out until it has a next one.
        // Release: pairs with the loads in `next`.
        unsafe { (*before).next.store(node, Ordering::Release) };
    }

    fn next(node: *mut Node) -> *mut Node {
        // SAFETY: the consumer owns the nodes from the oldest on, as far as they are linked.
        // Acquire: pairs with the store in `push_node`.
        unsafe { (*node).next.load(Ordering::Acquire) }
    }

    fn pop_node(&self) -> Option<*mut Node> {
        // SAFETY: one thread pops.
        let oldest = unsafe { &mut *self.oldest.get() };
        if *oldest == self.stub {
            *oldest = NonNull::new(Self::next(self.stub))?.as_ptr();
        }
        let node = *oldest;
        let mut next = Self::next(node);
        // Acquire: pairs with the swap of the producer that made it the newest.
        if next.is_null() && node == self.newest.load(Ordering::Acquire) {
            self.push_node(self.stub);
            next = Self::next(node);
        }
        *oldest = NonNull::new(next)?.as_ptr();
        Some(node)
    }
}

impl Queue for Vyukov {
    const NAME: &str = "intrusive list";

    fn new() -> Self {
        let stub = Box::into_raw(item());
        Self { newest: AtomicPtr::new(stub), oldest: UnsafeCell::new(stub), stub }
    }

    fn push(&self, item: Item) {
        self.push_node(Box::into_raw(item));
    }

    fn pop_into(&self, items: &mut Vec<Item>) {
        // SAFETY: each node was a box, and is popped once.
        items.extend(self.pop_node().map(|node| unsafe { Box::from_raw(node) }));
    }
}

impl Drop for Vyukov {
    fn drop(&mut self) {
        self.pop_into(&mut Vec::new());
        // SAFETY: made of a box in `new`; every round drains its queue, so no node points at it.
        drop(unsafe { Box::from_raw(self.stub) });
    }
}

type Group<'a> = BenchmarkGroup<'a, WallTime>;

/// One thread pushes an item and pops it.
fn ping_pong<Q: Queue>(group: &mut Group<'_>) {
    let queue = Q::new();
    let mut items = items(1);
    group.bench_function(Q::NAME, |bencher| {
        bencher.iter(|| {
            queue.push(items.pop().expect("what was pushed was popped"));
            queue.pop_into(&mut items);
        });
    });
}

/// One thread pushes a burst and pops it.
fn burst<Q: Queue>(group: &mut Group<'_>) {
    let queue = Q::new();
    let mut items = items(BURST);
    group.bench_function(Q::NAME, |bencher| {
        bencher.iter(|| {
            items.drain(..).for_each(|item| queue.push(item));
            while items.len() < BURST {
                queue.pop_into(&mut items);
            }
        });
    });
}

/// Producers push a stream each while one thread pops.
fn contended<Q: Queue, const PRODUCERS: usize>(group: &mut Group<'_>) {
    group.bench_function(Q::NAME, |bencher| {
        bencher.iter_custom(|rounds| (0..rounds).map(|_| round::<Q>(PRODUCERS)).sum());
    });
}

fn round<Q: Queue>(producers: usize) -> Duration {
    let (queue, start) = (Q::new(), Barrier::new(producers + 1));
    let mut popped = Vec::with_capacity(producers * STREAM);
    thread::scope(|scope| {
        for _ in 0..producers {
            scope.spawn(|| {
                let items = items(STREAM);
                start.wait();
                items.into_iter().for_each(|item| queue.push(item));
            });
        }
        start.wait();
        let begin = Instant::now();
        while popped.len() < producers * STREAM {
            let before = popped.len();
            queue.pop_into(&mut popped);
            if popped.len() == before {
                thread::yield_now();
            }
        }
        begin.elapsed()
    })
}

/// Runs `$run` for all queues, in a group named for what it asks.
macro_rules! compare {
    ($criterion:expr, $name:literal, $items:expr, $run:ident $(, $producers:literal)?) => {
        let mut group = $criterion.benchmark_group($name);
        group.throughput(Throughput::Elements($items as u64));
        $run::<MicrotaskRing<Item> $(, $producers)?>(&mut group);
        $run::<Batched $(, $producers)?>(&mut group);
        $run::<Mutex<VecDeque<Item>> $(, $producers)?>(&mut group);
        $run::<ArrayQueue<Item> $(, $producers)?>(&mut group);
        $run::<SegQueue<Item> $(, $producers)?>(&mut group);
        $run::<Vyukov $(, $producers)?>(&mut group);
        group.finish();
    };
}

fn shared(criterion: &mut Criterion) {
    compare!(criterion, "ping-pong", 1, ping_pong);
    compare!(criterion, "burst", BURST, burst);
    compare!(criterion, "1 producer", STREAM, contended, 1);
    compare!(criterion, "4 producers", 4 * STREAM, contended, 4);
}

/// An owner pushes an item and pops it; then a thief takes half of a full lane.
fn owned(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("owner");
    let (mut deque, mut fifo, mut lane) = (VecDeque::new(), Fifo::new(), Lane::<Item>::new());
    let mut kept = Some(item());
    let mut turn =
        |group: &mut Group<'_>, name: &str, pass: &mut dyn FnMut(Item) -> Option<Item>| {
            group.bench_function(name, |bencher| {
                bencher.iter(|| kept = kept.take().and_then(&mut *pass));
            });
        };
    turn(&mut group, "VecDeque", &mut |item| {
        deque.push_back(item);
        deque.pop_front()
    });
    turn(&mut group, "Fifo", &mut |item| {
        fifo.push_back(item);
        fifo.pop_front()
    });
    turn(&mut group, "Lane", &mut |item| {
        lane.push(item, &mut Fifo::new());
        lane.pop()
    });
    group.bench_function("steal 128", |bencher| {
        bencher.iter_batched(full_lanes, steal, BatchSize::SmallInput)
    });
    group.finish();
}

fn full_lanes() -> (Lane<Item>, Lane<Item>) {
    let mut lane = Lane::new();
    items(256).into_iter().for_each(|item| lane.push(item, &mut Fifo::new()));
    (lane, Lane::new())
}

fn steal((from, mut to): (Lane<Item>, Lane<Item>)) -> (Lane<Item>, Lane<Item>, Pop<Item>) {
    let first = from.victim().steal_into(&mut to);
    (from, to, first)
}

fn short() -> Criterion {
    Criterion::default()
        .sample_size(20)
        .warm_up_time(Duration::from_millis(200))
        .measurement_time(Duration::from_millis(800))
}

criterion_group! { name = benches; config = short(); targets = shared, owned }
criterion_main!(benches);
