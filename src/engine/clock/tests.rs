//! The wheel against a sorted map, at its edges, with steps counted instead of seconds.

use super::AnchoredClock;
use super::wheel::{Node, Wheel};
use proptest::prelude::*;
use std::collections::{BTreeMap, HashMap};
use std::ptr::NonNull;
use std::time::Duration;

/// A wheel with the nodes made for it, named by the order of their making.
struct Timers {
    wheel: Wheel,
    nodes: Vec<NonNull<Node>>,
    names: HashMap<NonNull<Node>, usize>,
}

impl Timers {
    fn new(deadlines: &[u64]) -> Self {
        let mut timers = Self { wheel: Wheel::new(0), nodes: Vec::new(), names: HashMap::new() };
        for deadline in deadlines {
            timers.add(*deadline);
        }
        timers
    }

    fn add(&mut self, deadline: u64) -> usize {
        let node = NonNull::from(Box::leak(Box::new(Node::new())));
        self.names.insert(node, self.nodes.len());
        self.nodes.push(node);
        // SAFETY: leaked until the drop below, and new.
        unsafe { self.wheel.insert(node, deadline) };
        self.nodes.len() - 1
    }

    fn remove(&mut self, name: usize) -> bool {
        // SAFETY: lives as long as `self`, and was only ever in this wheel.
        unsafe { self.wheel.remove(self.nodes[name]) }
    }

    fn expire(&mut self, now: u64) -> Option<usize> {
        self.wheel.expire(now).map(|node| self.names[&node])
    }

    fn expire_all(&mut self, now: u64) -> Vec<usize> {
        std::iter::from_fn(|| self.expire(now)).collect()
    }

    fn deadline(&self, name: usize) -> u64 {
        // SAFETY: lives as long as `self`.
        unsafe { self.nodes[name].as_ref() }.deadline.get()
    }
}

impl Drop for Timers {
    fn drop(&mut self) {
        for node in &self.nodes {
            // SAFETY: leaked by `add` and freed once; the wheel is never used again.
            drop(unsafe { Box::from_raw(node.as_ptr()) });
        }
    }
}

/// Deadlines about every boundary between slots and between levels, ascending.
fn boundaries() -> Vec<u64> {
    let starts = (0..12).map(|level: u32| (6 * level).saturating_sub(4));
    let powers = starts.flat_map(|start| [1, 2, 3, 63].map(|slot: u64| slot << start));
    let mut all: Vec<u64> = powers.flat_map(|at| [at - 1, at, at + 1]).collect();
    all.extend([u64::MAX - 1, u64::MAX]);
    all.sort_unstable();
    all.dedup();
    all
}

#[test]
fn fires_at_the_deadline_and_not_a_nanosecond_before() {
    for base in [0u64, 1, 0xffff, 0x1234_5678_9abc_def0] {
        for distance in boundaries() {
            let Some(deadline) = base.checked_add(distance).filter(|at| *at > base) else {
                continue;
            };
            let mut timers = Timers::new(&[]);
            assert_eq!(timers.expire(base), None);
            timers.add(deadline);
            assert_eq!(timers.wheel.next_deadline(), Some(deadline));
            assert_eq!(timers.expire(deadline - 1), None, "{deadline:#x} fired early");
            assert_eq!(timers.wheel.next_deadline(), Some(deadline));
            assert_eq!(timers.expire(deadline), Some(0), "{deadline:#x} did not fire");
            assert_eq!(timers.wheel.next_deadline(), None);
        }
    }
}

#[test]
fn fires_in_order_of_deadline_across_all_levels() {
    let mut late_first = boundaries();
    late_first.reverse();
    let mut timers = Timers::new(&late_first);
    let fired = timers.expire_all(u64::MAX);
    assert_eq!(fired, (0..late_first.len()).rev().collect::<Vec<_>>());
}

#[test]
fn equal_deadlines_fire_in_order_of_insertion_wherever_they_were_inserted_from() {
    let mut timers = Timers::new(&[]);
    for step in 0..1_000 {
        assert_eq!(timers.expire(step * 997), None);
        timers.add(1_000_000);
    }
    assert_eq!(timers.expire_all(1_000_000), (0..1_000).collect::<Vec<_>>());
}

#[test]
fn a_deadline_in_the_past_is_due_at_once() {
    let mut timers = Timers::new(&[]);
    assert_eq!(timers.expire(1_000_000), None);
    let (future, past, present) = (timers.add(1_000_001), timers.add(0), timers.add(1_000_000));
    assert!(timers.wheel.next_deadline().unwrap() <= 1_000_000);
    assert_eq!(timers.expire_all(1_000_000), [past, present]);
    assert_eq!(timers.expire_all(1_000_001), [future]);
}

#[test]
fn an_older_reading_of_the_time_changes_nothing() {
    let mut timers = Timers::new(&[]);
    assert_eq!(timers.expire(1_000), None);
    let (due, waiting) = (timers.add(900), timers.add(1_001));
    assert_eq!((timers.expire_all(10), timers.expire(1_000)), (vec![due], None));
    assert_eq!(timers.expire(1_001), Some(waiting));
}

#[test]
fn a_removed_node_never_fires_and_leaves_at_most_one_early_call() {
    let mut timers = Timers::new(&[0x150, 0x160, 0x1f0, 0x5000]);
    assert!(timers.remove(0));
    assert!(!timers.remove(0), "it is gone already");
    assert!(timers.wheel.next_deadline().unwrap() <= 0x160);
    assert_eq!(timers.expire(0x150), None);
    assert_eq!(timers.wheel.next_deadline(), Some(0x160), "the bound is mended by the call");
    assert!(timers.remove(1) && timers.remove(2));
    assert_eq!(timers.wheel.next_deadline(), Some(0x5000), "alone in its slot: nothing is left");
    assert_eq!(timers.expire_all(u64::MAX), [3]);
    assert!(!timers.remove(3), "what has fired is in no wheel");
}

#[test]
fn a_node_left_alone_in_its_slot_does_not_fire_for_one_that_was_removed() {
    let mut timers = Timers::new(&[0x5010, 0x5f00]);
    assert!(timers.remove(0));
    assert_eq!(timers.expire(0x5010), None);
    assert_eq!(timers.wheel.next_deadline(), Some(0x5f00), "the bound is mended by the call");
    assert_eq!((timers.expire(0x5eff), timers.expire(0x5f00)), (None, Some(1)));
}

#[test]
fn a_node_can_be_inserted_again_with_another_deadline() {
    let mut timers = Timers::new(&[10, 20]);
    assert!(timers.remove(0));
    // SAFETY: alive, and just removed.
    unsafe { timers.wheel.insert(timers.nodes[0], 30) };
    assert_eq!((timers.expire_all(29), timers.expire_all(30)), (vec![1], vec![0]));
}

#[test]
fn popping_empties_the_wheel_whatever_the_deadlines() {
    let all = boundaries();
    let mut timers = Timers::new(&all);
    let popped = std::iter::from_fn(|| timers.wheel.pop()).count();
    assert_eq!((popped, timers.wheel.next_deadline()), (all.len(), None));
    timers.add(7);
    assert_eq!((timers.expire(6), timers.expire(7)), (None, Some(all.len())), "it works on");
}

/// Turns the wheel to `now` and counts what fires and the nodes that are placed again.
fn steps(timers: &mut Timers, now: u64) -> (usize, usize) {
    let mut moves = 0;
    let fired = std::iter::from_fn(|| timers.wheel.turn(now, || moves += 1)).count();
    (fired, moves)
}

#[test]
fn a_burst_of_one_deadline_costs_one_step_a_node() {
    let mut timers = Timers::new(&[5_000_000_000; 100_000]);
    assert_eq!(steps(&mut timers, 4_999_999_999), (0, 0));
    assert_eq!(steps(&mut timers, 5_000_000_000), (100_000, 100_000));
}

#[test]
fn turns_inside_a_full_slot_do_not_look_at_it_again() {
    // All within a microsecond, which is then lived through nanosecond by nanosecond.
    let deadlines: Vec<u64> = (0..100_000).map(|i| 1_000_000 + i % 1_000).collect();
    let mut timers = Timers::new(&deadlines);
    let mut moves = 0;
    for now in 1_000_000..1_001_000 {
        let (fired, moved) = steps(&mut timers, now);
        assert_eq!(fired, 100, "at {now}");
        moves += moved;
    }
    assert!(moves <= 4 * deadlines.len(), "{moves} moves");
}

#[test]
fn a_million_timers_cost_a_bounded_number_of_steps_each() {
    // Multiplying by an odd number spreads them evenly, in no order.
    let deadlines: Vec<u64> =
        (1..=1_000_000u64).map(|i| i.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 30).collect();
    let mut timers = Timers::new(&deadlines);
    let (mut fired, mut moves) = (0, 0);
    for turn in 1..=0x400 {
        let (f, m) = steps(&mut timers, turn << 24);
        fired += f;
        moves += m;
    }
    assert_eq!((fired, timers.wheel.next_deadline()), (deadlines.len(), None));
    assert!(moves <= 8 * deadlines.len(), "{moves} moves");
}

#[test]
fn near_timers_do_not_disturb_a_crowd_of_far_ones() {
    let hour = 3_600_000_000_000;
    // Not empty, and nothing has fired for an hour.
    let mut timers = Timers::new(&[2 * hour]);
    assert_eq!(steps(&mut timers, hour), (0, 0));
    for i in 0..10_000 {
        timers.add(hour + 30_000_000_000 + i);
    }
    let (mut now, mut moves) = (hour, 0);
    for _ in 0..1_000 {
        timers.add(now + 1_000_000);
        now += 1_000_000;
        let (fired, moved) = steps(&mut timers, now);
        assert_eq!(fired, 1);
        moves += moved;
    }
    assert!(moves <= 2_000, "{moves} moves");
}

#[test]
fn a_wheel_and_a_node_stay_small() {
    assert!(size_of::<Wheel>() <= 128, "{} bytes", size_of::<Wheel>());
    assert!(size_of::<Node>() <= 24, "{} bytes", size_of::<Node>());
}

#[test]
fn a_timer_set_after_a_long_idle_does_not_fire_early() {
    let clock = AnchoredClock::new();
    let mut timers = Timers::new(&[]);
    assert!(clock.pause());
    assert_eq!(timers.expire(clock.refresh()), None);
    // The tick is ten seconds old when the timer is set, as after a long poll.
    assert!(clock.advance(Duration::from_secs(10)));
    timers.add(clock.now() + 1_000_000_000);
    assert_eq!(timers.expire(clock.refresh()), None, "fired a second early");
    assert!(clock.advance(Duration::from_secs(1)));
    assert_eq!(timers.expire(clock.refresh()), Some(0));
}

/// One call on the wheel. Times and names are cut to what makes sense when it is made.
#[derive(Clone, Copy, Debug)]
enum Call {
    /// At this distance from now.
    Insert(u64),
    /// Earlier than now by this much.
    InsertOverdue(u64),
    /// The live node with this number, counted round.
    Remove(usize),
    RemoveEarliest,
    /// By this much, firing all that is due.
    Advance(u64),
    /// To the wheel's own next deadline.
    AdvanceToNext,
}

/// Distances of every order of magnitude, boundaries included.
fn distance() -> impl Strategy<Value = u64> {
    let power = (0..64u32).prop_map(|bits| 1 << bits);
    prop_oneof![
        8 => (any::<u64>(), 0..64u32).prop_map(|(bits, shift)| bits >> shift),
        2 => (power, 0..3u64).prop_map(|(at, more)| at - 1 + more),
        1 => Just(u64::MAX),
    ]
}

fn call() -> impl Strategy<Value = Call> {
    prop_oneof![
        8 => distance().prop_map(Call::Insert),
        1 => distance().prop_map(Call::InsertOverdue),
        3 => any::<usize>().prop_map(Call::Remove),
        1 => Just(Call::RemoveEarliest),
        2 => (any::<u64>(), 24..64u32).prop_map(|(bits, shift)| Call::Advance(bits >> shift)),
        2 => Just(Call::AdvanceToNext),
    ]
}

/// What the wheel ought to hold, in the order in which it ought to fire.
struct Model {
    timers: Timers,
    // By the time when it is due, which for an overdue one is when it was inserted.
    live: BTreeMap<(u64, usize), usize>,
    now: u64,
    // Whether a removal may have left `next_deadline` too early.
    removed: bool,
}

impl Model {
    fn new() -> Self {
        Self { timers: Timers::new(&[]), live: BTreeMap::new(), now: 0, removed: false }
    }

    fn make(&mut self, call: Call) {
        match call {
            Call::Insert(distance) => self.insert(self.now.saturating_add(distance)),
            Call::InsertOverdue(age) => self.insert(self.now.saturating_sub(age)),
            Call::Remove(number) if !self.live.is_empty() => {
                self.remove(number % self.live.len());
            }
            Call::RemoveEarliest if !self.live.is_empty() => self.remove(0),
            Call::Remove(_) | Call::RemoveEarliest => {}
            Call::Advance(by) => self.advance(self.now.saturating_add(by)),
            Call::AdvanceToNext => {
                let next = self.timers.wheel.next_deadline().unwrap_or(self.now);
                self.advance(next.max(self.now));
            }
        }
        self.check_next();
    }

    fn insert(&mut self, deadline: u64) {
        let name = self.timers.add(deadline);
        self.live.insert((deadline, name), name);
    }

    fn remove(&mut self, number: usize) {
        let (key, name) = self.live.iter().nth(number).map(|(k, v)| (*k, *v)).unwrap();
        assert!(self.timers.remove(name), "a live node was not there");
        assert!(!self.timers.remove(name), "a removed node was there");
        self.live.remove(&key);
        self.removed = true;
    }

    fn advance(&mut self, to: u64) {
        let before = std::mem::replace(&mut self.now, to);
        let mut last = (0, 0);
        while let Some(name) = self.timers.expire(to) {
            let key = (self.timers.deadline(name), name);
            assert!(key.0 <= to, "{:#x} fired at {to:#x}", key.0);
            assert!(self.live.remove(&key).is_some(), "fired twice, or after its removal");
            // Those that were overdue before this turn come first, in any order.
            if key.0 > before {
                assert!(last <= key, "{key:x?} fired after {last:x?}");
                last = key;
            }
        }
        if let Some(((deadline, _), _)) = self.live.first_key_value() {
            assert!(*deadline > to, "{deadline:#x} did not fire at {to:#x}");
        }
        let next = self.timers.wheel.next_deadline();
        assert!(next.is_none_or(|next| next > to), "the loop would spin");
        assert_eq!(self.timers.wheel.next_deadline().is_none(), self.live.is_empty());
    }

    fn check_next(&self) {
        let next = self.timers.wheel.next_deadline();
        let earliest = self.live.first_key_value().map(|((deadline, _), _)| *deadline);
        assert_eq!(next.is_some(), earliest.is_some());
        assert!(next <= earliest, "{next:x?} is later than {earliest:x?}");
        if !self.removed && earliest.is_none_or(|earliest| earliest > self.now) {
            assert_eq!(next, earliest, "exact while nothing was removed");
        }
    }
}

proptest! {
    #[test]
    fn behaves_as_a_sorted_map_does(calls in prop::collection::vec(call(), 1..1_000)) {
        let mut model = Model::new();
        for call in calls {
            model.make(call);
        }
        model.advance(u64::MAX);
        prop_assert!(model.live.is_empty());
    }

    #[test]
    fn knows_the_earliest_deadline_exactly_without_removals(
        calls in prop::collection::vec(call(), 1..500),
    ) {
        let mut model = Model::new();
        for call in calls {
            if !matches!(call, Call::Remove(_) | Call::RemoveEarliest) {
                model.make(call);
            }
        }
    }
}
