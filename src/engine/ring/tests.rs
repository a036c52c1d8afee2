//! What the queues promise, one thread at a time against a model, then with real threads.

use super::item::{Item, Maker};
use super::{Chained, Fifo, Lane, Link, MicrotaskRing, Pop, Victim};
use crate::shim::Arc;
use crate::shim::atomic::{AtomicBool, AtomicUsize, Ordering};
use proptest::prelude::*;
use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr::NonNull;
use std::thread;

type Label = (u32, u32);

fn labels(items: &mut Fifo<Item>) -> Vec<Label> {
    std::iter::from_fn(|| items.pop_front()).map(|item| item.label()).collect()
}

fn fifo_of(maker: &Maker, numbers: impl IntoIterator<Item = u32>) -> Fifo<Item> {
    let mut items = Fifo::new();
    numbers.into_iter().for_each(|number| items.push_back(maker.item(0, number)));
    items
}

fn label(found: Pop<Item>) -> Pop<Label> {
    found.and_then(|item| Pop::Item(item.label()))
}

fn numbered(numbers: impl IntoIterator<Item = u32>) -> Vec<Label> {
    numbers.into_iter().map(|number| (0, number)).collect()
}

#[test]
fn a_fifo_appends_and_splits_at_any_place() {
    let maker = Maker::new();
    for (here, more, max) in (0..4)
        .flat_map(|a| (0..4).map(move |b| (a, b)))
        .flat_map(|(a, b)| (0..9).map(move |max| (a, b, max)))
    {
        let mut items = fifo_of(&maker, 0..here);
        items.append(&mut fifo_of(&maker, here..here + more));
        let mut front = Fifo::new();
        let moved = items.move_front(max, &mut front);
        assert_eq!((moved, front.len()), (max.min((here + more) as usize), moved));
        assert_eq!(items.len() + moved, (here + more) as usize);
        items.push_back(maker.item(0, here + more));
        front.append(&mut items);
        assert!(items.is_empty());
        assert_eq!(labels(&mut front), numbered(0..=here + more));
    }
    assert_eq!(maker.alive(1), 0);
}

#[test]
fn a_dropped_queue_drops_its_items() {
    let maker = Maker::new();
    let items = fifo_of(&maker, 0..3);
    let ring = MicrotaskRing::new();
    let mut lane = Lane::<_, 4>::new();
    for number in 0..3 {
        assert!(ring.push(maker.item(1, number)).is_ok());
        lane.push(maker.item(2, number), &mut Fifo::new());
    }
    assert_eq!(label(ring.pop()), Pop::Item((1, 0)), "the others are ready now");
    assert!(ring.push(maker.item(1, 3)).is_ok(), "and one is on the stack");
    let victim = lane.victim();
    assert_eq!(maker.alive(1), 9);
    drop((items, ring, lane));
    assert_eq!(maker.alive(1), 3, "thieves can still take what was in the lane");
    drop(victim);
    assert_eq!(maker.alive(1), 0);
}

/// An item whose drop panics when the number is 1, and whose taking does when it is 9.
struct Touchy(Item);

// SAFETY: hands through what `Item` does.
unsafe impl Chained for Touchy {
    fn into_node(self) -> NonNull<Link> {
        let this = std::mem::ManuallyDrop::new(self);
        // SAFETY: `this` is not dropped and not used again, so the item is moved out once.
        unsafe { std::ptr::read(&this.0) }.into_node()
    }

    unsafe fn from_node(node: NonNull<Link>) -> Self {
        // SAFETY: the same contract.
        let item = unsafe { Item::from_node(node) };
        assert_ne!(item.label().1, 9, "nobody takes this one");
        Self(item)
    }
}

impl Drop for Touchy {
    fn drop(&mut self) {
        assert_ne!(self.0.label().1, 1, "the second item panics");
    }
}

#[test]
fn an_item_that_panics_when_dropped_does_not_leak_the_rest() {
    let maker = Maker::new();
    let ring = MicrotaskRing::new();
    let mut lane = Lane::<_, 8>::new();
    for number in 0..4 {
        assert!(ring.push(Touchy(maker.item(0, number))).is_ok());
        lane.push(Touchy(maker.item(0, number)), &mut Fifo::new());
    }
    catch_unwind(AssertUnwindSafe(|| drop(ring))).unwrap_err();
    assert_eq!(maker.alive(1), 4);
    catch_unwind(AssertUnwindSafe(|| drop(lane))).unwrap_err();
    assert_eq!(maker.alive(1), 0);
}

#[test]
fn a_consumer_that_unwinds_gives_up_the_claim() {
    let (ring, maker) = (MicrotaskRing::new(), Maker::new());
    for number in [9, 0] {
        assert!(ring.push(Touchy(maker.item(0, number))).is_ok());
    }
    assert!(catch_unwind(AssertUnwindSafe(|| ring.pop())).is_err());
    assert!(matches!(ring.pop(), Pop::Item(Touchy(ref item)) if item.label() == (0, 0)));
}

#[test]
fn a_drained_ring_looks_empty() {
    let (ring, maker) = (MicrotaskRing::new(), Maker::new());
    assert!(ring.is_empty());
    for _ in 0..3 {
        for number in 0..3 {
            assert!(ring.push(maker.item(0, number)).is_ok());
            assert!(!ring.is_empty());
        }
        assert_eq!(label(ring.pop()), Pop::Item((0, 0)));
        assert!(!ring.is_empty(), "ready items count");
        let mut batch = Fifo::new();
        assert_eq!(ring.pop_batch(8, &mut batch), Pop::Item(2));
        assert!(ring.is_empty());
        assert_eq!((label(ring.pop()), ring.len()), (Pop::Empty, 0));
        assert!(ring.is_empty(), "also after a look under the claim");
    }
}

#[test]
fn newer_items_stay_behind_older_ones_that_are_ready() {
    let (ring, maker) = (MicrotaskRing::new(), Maker::new());
    let push = |numbers: std::ops::Range<u32>| {
        numbers.for_each(|number| assert!(ring.push(maker.item(0, number)).is_ok()));
    };
    push(0..3);
    assert_eq!(label(ring.pop()), Pop::Item((0, 0)));
    push(3..6);
    assert_eq!(ring.len(), 5, "both sides count");
    push(6..7);
    let mut batch = Fifo::new();
    assert_eq!(ring.pop_batch(0, &mut batch), Pop::Item(0), "none wanted is not none there");
    assert_eq!(ring.pop_batch(4, &mut batch), Pop::Item(4));
    assert_eq!(labels(&mut batch), numbered(1..5));
    assert_eq!(labels(&mut ring.close()), numbered(5..7));
}

#[test]
fn a_batch_goes_behind_what_was_pushed_before_it() {
    let (ring, maker) = (MicrotaskRing::new(), Maker::new());
    let batch = |numbers: std::ops::Range<u32>| {
        let mut items = Fifo::new();
        numbers.for_each(|number| items.push_back(maker.item(0, number)));
        items
    };
    assert!(ring.push(maker.item(0, 0)).is_ok());
    assert!(ring.append(batch(1..4)).is_empty());
    assert!(ring.push(maker.item(0, 4)).is_ok());
    assert!(ring.append(batch(5..7)).is_empty());
    assert_eq!(label(ring.pop()), Pop::Item((0, 0)));
    assert_eq!(labels(&mut ring.close()), numbered(1..7));
    assert_eq!(labels(&mut ring.append(batch(7..9))), numbered(7..9), "closed");
    assert!(ring.is_empty());
}

#[test]
fn a_closed_ring_hands_items_back() {
    let (ring, maker) = (MicrotaskRing::new(), Maker::new());
    assert!(ring.push(maker.item(0, 0)).is_ok());
    assert_eq!(labels(&mut ring.close()), numbered([0]));
    let back = ring.push(maker.item(0, 1)).map(drop).expect_err("closed");
    assert_eq!(back.label(), (0, 1));
    assert_eq!((label(ring.pop()), ring.len()), (Pop::Empty, 0));
    assert!(ring.push(back).is_err(), "looking for items does not open it again");
    assert!(ring.is_empty() && ring.close().is_empty());
}

#[test]
fn a_full_lane_sheds_its_older_half() {
    let (mut lane, maker) = (Lane::<Item>::new(), Maker::new());
    let mut shed = Fifo::new();
    for number in 0..256 {
        lane.push(maker.item(0, number), &mut shed);
    }
    assert!(shed.is_empty(), "256 items have room");
    lane.push(maker.item(0, 256), &mut shed);
    assert_eq!(labels(&mut shed), numbered(0..128));
    assert_eq!((lane.len(), lane.victim().len()), (129, 129));
    for number in 128..257 {
        assert_eq!(lane.pop().map(|item| item.label()), Some((0, number)));
    }
    assert!(lane.pop().is_none() && lane.is_empty());
}

#[test]
fn a_thief_takes_the_older_half_wherever_the_positions_are() {
    let maker = Maker::new();
    for (before, count) in (0..=8).flat_map(|before| (0..=8).map(move |count| (before, count))) {
        let (mut lane, mut other) = (Lane::<Item, 8>::new(), Lane::new());
        let fill = |lane: &mut Lane<Item, 8>, count| {
            (0..count).for_each(|number| lane.push(maker.item(0, number), &mut Fifo::new()));
        };
        fill(&mut lane, before);
        drain(&mut lane);
        fill(&mut lane, count);
        assert_eq!(lane.victim().len(), count as usize);
        let first = label(lane.victim().steal_into(&mut other));
        assert_eq!(first, if count == 0 { Pop::Empty } else { Pop::Item((0, 0)) });
        let taken = count.div_ceil(2);
        assert_eq!(drain(&mut other), numbered(1..taken.max(1)));
        assert_eq!(drain(&mut lane), numbered(taken..count));
    }
}

fn drain<const N: usize>(lane: &mut Lane<Item, N>) -> Vec<Label> {
    std::iter::from_fn(|| lane.pop()).map(|item| item.label()).collect()
}

#[derive(Clone, Copy, Debug)]
enum Step {
    Push,
    Pop,
    Batch(usize),
    Len,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        4 => Just(Step::Push),
        2 => Just(Step::Pop),
        1 => (0_usize..6).prop_map(Step::Batch),
        1 => Just(Step::Len),
    ];
    proptest::collection::vec(step, 0..200)
}

proptest! {
    #[test]
    fn a_ring_is_a_queue(steps in steps()) {
        let (ring, maker) = (MicrotaskRing::new(), Maker::new());
        let (mut model, mut next) = (VecDeque::new(), 0);
        for step in steps {
            match step {
                Step::Push => {
                    prop_assert!(ring.push(maker.item(0, next)).is_ok());
                    model.push_back((0, next));
                    next += 1;
                }
                Step::Pop => {
                    let expected = model.pop_front().map_or(Pop::Empty, Pop::Item);
                    prop_assert_eq!(label(ring.pop()), expected);
                }
                Step::Batch(max) => {
                    let expected: Vec<_> = model.drain(..max.min(model.len())).collect();
                    let mut batch = Fifo::new();
                    let _ = ring.pop_batch(max, &mut batch);
                    prop_assert_eq!(labels(&mut batch), expected);
                }
                Step::Len => prop_assert_eq!(ring.len(), model.len()),
            }
            prop_assert_eq!(ring.is_empty(), model.is_empty());
        }
    }

    #[test]
    fn a_lane_is_a_queue_that_sheds_and_shares(steps in steps()) {
        let (mut lane, maker) = (Lane::<Item, 8>::new(), Maker::new());
        let (victim, mut other) = (lane.victim(), Lane::new());
        let (mut model, mut next) = (VecDeque::new(), 0);
        for step in steps {
            match step {
                Step::Push => {
                    let expected: Vec<_> =
                        if model.len() == 8 { model.drain(..4).collect() } else { Vec::new() };
                    let mut shed = Fifo::new();
                    lane.push(maker.item(0, next), &mut shed);
                    prop_assert_eq!(labels(&mut shed), expected);
                    model.push_back((0, next));
                    next += 1;
                }
                Step::Pop => {
                    prop_assert_eq!(lane.pop().map(|item| item.label()), model.pop_front());
                }
                Step::Batch(_) => {
                    let expected: Vec<_> = model.drain(..model.len().div_ceil(2)).collect();
                    let first = label(victim.steal_into(&mut other));
                    let mut taken = drain(&mut other);
                    if let Pop::Item(first) = first {
                        taken.insert(0, first);
                    }
                    prop_assert_eq!(taken, expected);
                }
                Step::Len => prop_assert_eq!((lane.len(), victim.len()), (model.len(), model.len())),
            }
        }
    }
}

const PRODUCERS: u32 = 4;
const EACH: u32 = 50_000;

/// What one consumer has seen of each producer: numbers that only grow.
#[derive(Default)]
struct Seen {
    last: [Option<u32>; PRODUCERS as usize],
    count: usize,
}

impl Seen {
    fn add(&mut self, item: &Item) {
        let (producer, number) = item.label();
        let last = self.last[producer as usize].replace(number);
        assert!(last < Some(number), "{number} of {producer} came after {last:?}");
        self.count += 1;
    }
}

#[test]
fn consumers_share_what_producers_push_in_order() {
    let (ring, maker) = (Arc::new(MicrotaskRing::new()), Maker::new());
    let left = Arc::new(AtomicUsize::new((PRODUCERS * EACH) as usize));
    let producers: Vec<_> = (0..PRODUCERS)
        .map(|name| {
            let (ring, maker) = (ring.clone(), maker.clone());
            thread::spawn(move || {
                for number in 0..EACH {
                    assert!(ring.push(maker.item(name, number)).is_ok());
                }
            })
        })
        .collect();
    let consumers: Vec<_> = [1, 7]
        .into_iter()
        .map(|max| {
            let (ring, left) = (ring.clone(), left.clone());
            thread::spawn(move || {
                let (mut seen, mut batch) = (Seen::default(), Fifo::new());
                // Relaxed: a count, and the joins below order everything else.
                while left.load(Ordering::Relaxed) != 0 {
                    if let Pop::Item(taken) = ring.pop_batch(max, &mut batch) {
                        assert!((1..=max).contains(&taken));
                        left.fetch_sub(taken, Ordering::Relaxed);
                    }
                    std::iter::from_fn(|| batch.pop_front()).for_each(|item| seen.add(&item));
                }
                seen.count
            })
        })
        .collect();
    producers.into_iter().for_each(|producer| producer.join().unwrap());
    let seen: usize = consumers.into_iter().map(|consumer| consumer.join().unwrap()).sum();
    assert_eq!(seen, (PRODUCERS * EACH) as usize);
    assert!(ring.is_empty());
    assert_eq!(maker.alive(1), 0);
}

#[test]
fn closing_under_load_accounts_for_every_item() {
    for _ in 0..50 {
        let (ring, maker) = (Arc::new(MicrotaskRing::new()), Maker::new());
        let producers: Vec<_> = (0..PRODUCERS)
            .map(|name| {
                let (ring, maker) = (ring.clone(), maker.clone());
                thread::spawn(move || {
                    let mut items = (0..u32::MAX).map(|number| maker.item(name, number));
                    items.find_map(|item| ring.push(item).err()).expect("closed at last").label()
                })
            })
            .collect();
        let mut seen = Seen::default();
        while seen.count < 100 {
            if let Pop::Item(item) = ring.pop() {
                seen.add(&item);
            }
        }
        let mut rest = ring.close();
        std::iter::from_fn(|| rest.pop_front()).for_each(|item| seen.add(&item));
        // The first number refused is how many were accepted.
        let accepted: u32 = producers.into_iter().map(|producer| producer.join().unwrap().1).sum();
        assert_eq!(seen.count, accepted as usize);
        assert_eq!(maker.alive(1), 0);
    }
}

/// Steals until all work is done; answers the numbers it got.
fn steal_all(victim: &Victim<Item>, done: &AtomicBool) -> Vec<u32> {
    let (mut lane, mut seen) = (Lane::new(), Vec::new());
    loop {
        // Acquire: pairs with the owner's store, after which nothing is added.
        let last = done.load(Ordering::Acquire);
        match victim.steal_into(&mut lane) {
            Pop::Item(first) => seen.push(first.label().1),
            Pop::Empty if last => return seen,
            Pop::Empty | Pop::Busy => thread::yield_now(),
        }
        seen.extend(drain(&mut lane).into_iter().map(|(_, number)| number));
    }
}

#[test]
fn owner_and_thieves_share_a_lane_without_loss() {
    const COUNT: u32 = 200_000;
    let (mut lane, maker) = (Lane::<Item>::new(), Maker::new());
    let done = Arc::new(AtomicBool::new(false));
    let thieves = [(), ()].map(|()| {
        let (victim, done) = (lane.victim(), done.clone());
        thread::spawn(move || steal_all(&victim, &done))
    });
    let (mut seen, mut shed) = (Vec::new(), Fifo::new());
    for number in 0..COUNT {
        lane.push(maker.item(0, number), &mut shed);
        // Bursts that overflow take turns with stretches that drain.
        if number / 1_000 % 2 == 1 {
            seen.extend(lane.pop().map(|item| item.label().1));
            seen.extend(lane.pop().map(|item| item.label().1));
        }
    }
    assert!(seen.is_sorted(), "the owner gets its own items in order");
    // Release: pairs with the load in `steal_all`.
    done.store(true, Ordering::Release);
    for thief in thieves {
        let stolen = thief.join().unwrap();
        assert!(stolen.is_sorted(), "and so does each thief");
        seen.extend(stolen);
    }
    seen.extend(labels(&mut shed).into_iter().map(|(_, number)| number));
    seen.sort_unstable();
    assert!(seen.into_iter().eq(0..COUNT), "each item once");
    assert_eq!(maker.alive(1), 0);
}
