//! Models of what the queues promise when threads race; a leaked item fails its model.

use super::item::{Item, Maker};
use super::{Fifo, Lane, MicrotaskRing, Next, Pop, Victim};
use crate::shim::{Arc, thread};

type Label = (u32, u32);

/// Runs every interleaving with at most `preemptions` forced switches.
fn model(preemptions: usize, claim: impl Fn() + Send + Sync + 'static) {
    let mut builder = loom::model::Builder::new();
    builder.preemption_bound = Some(preemptions);
    builder.check(claim);
}

/// A ring that holds the items `(0, 0)` up to `(0, count - 1)`.
fn ring_of(count: u32) -> (Arc<MicrotaskRing<Item>>, Maker) {
    let (ring, maker) = (Arc::new(MicrotaskRing::new()), Maker::new());
    // The shim makes an atomic at its first use, which must happen before there are threads.
    assert!(ring.is_empty());
    for number in 0..count {
        assert!(ring.push(maker.item(0, number)).is_ok());
    }
    (ring, maker)
}

/// A thread that pushes `count` items; answers the labels of those that were refused.
fn producer(
    ring: &Arc<MicrotaskRing<Item>>,
    maker: &Maker,
    name: u32,
    count: u32,
) -> thread::JoinHandle<Vec<Label>> {
    let (ring, maker) = (ring.clone(), maker.clone());
    thread::spawn(move || {
        (0..count)
            .filter_map(|number| ring.push(maker.item(name, number)).err())
            .map(|item| item.label())
            .collect()
    })
}

/// A thread that pops once.
fn consumer(ring: &Arc<MicrotaskRing<Item>>) -> thread::JoinHandle<Pop<Label>> {
    let ring = ring.clone();
    thread::spawn(move || label(ring.pop()))
}

/// Runs `work` on the thread that is made last, and so first runs after all others.
///
/// The explorer turns back from a late access to the last one before it only, so that it never
/// finds out what an early look could have seen. The other way round it does.
fn last<R: Send + 'static>(work: impl FnOnce() -> R + Send + 'static) -> R {
    thread::spawn(work).join().unwrap()
}

fn label(found: Pop<Item>) -> Pop<Label> {
    found.and_then(|item| Pop::Item(item.label()))
}

fn labels(items: &mut Fifo<Item>) -> Vec<Label> {
    std::iter::from_fn(|| items.pop_front()).map(|item| item.label()).collect()
}

fn item_of(found: Pop<Label>) -> Option<Label> {
    match found {
        Pop::Item(label) => Some(label),
        Pop::Empty | Pop::Busy => None,
    }
}

/// Fails unless `seen` is each of `all` once.
#[track_caller]
fn assert_each_once(mut seen: Vec<Label>, all: impl IntoIterator<Item = Label>) {
    seen.sort_unstable();
    assert_eq!(seen, all.into_iter().collect::<Vec<_>>());
}

#[test]
fn each_producer_is_served_in_order() {
    model(2, || {
        let (ring, maker) = ring_of(0);
        let producers = [producer(&ring, &maker, 1, 2), producer(&ring, &maker, 2, 2)];
        let consumer = ring.clone();
        let mut seen =
            last(move || (0..2).filter_map(|_| item_of(label(consumer.pop()))).collect::<Vec<_>>());
        for producer in producers {
            assert!(producer.join().unwrap().is_empty());
        }
        seen.extend(labels(&mut ring.close()));
        for name in [1, 2] {
            let numbers: Vec<_> = seen.iter().filter(|item| item.0 == name).collect();
            assert_eq!(numbers, [&(name, 0), &(name, 1)]);
        }
        assert_eq!(seen.len(), 4);
    });
}

#[test]
fn a_push_that_races_with_close_is_either_refused_or_returned() {
    model(4, || {
        let (ring, maker) = ring_of(1);
        let producer = producer(&ring, &maker, 1, 2);
        let mut seen = labels(&mut ring.close());
        assert!(labels(&mut ring.close()).is_empty(), "closing again finds nothing");
        assert!(ring.push(maker.item(2, 0)).is_err(), "closed for good");
        seen.extend(producer.join().unwrap());
        assert_eq!(seen, [(0, 0), (1, 0), (1, 1)], "in order, what was refused last");
        assert!(ring.is_empty());
    });
}

#[test]
fn a_pop_that_races_with_close_shares_the_items_with_it() {
    model(4, || {
        let (ring, _maker) = ring_of(2);
        let consumer = consumer(&ring);
        let mut seen = labels(&mut ring.close());
        seen.extend(item_of(consumer.join().unwrap()));
        assert_each_once(seen, [(0, 0), (0, 1)]);
        assert_eq!(label(ring.pop()), Pop::Empty);
    });
}

#[test]
fn a_batch_stays_in_order_beside_consumers_and_an_end() {
    model(3, || {
        let (ring, maker) = ring_of(0);
        let producer = {
            let (ring, maker) = (ring.clone(), maker.clone());
            thread::spawn(move || {
                assert!(ring.push(maker.item(1, 0)).is_ok());
                let mut batch = Fifo::new();
                (1..3).for_each(|number| batch.push_back(maker.item(1, number)));
                labels(&mut ring.append(batch))
            })
        };
        let consumer = ring.clone();
        let mut seen = Vec::from_iter(last(move || item_of(label(consumer.pop()))));
        if seen.is_empty() {
            // Nothing yet, so the producer may still be about to push: only then it must not close.
            seen.extend(producer.join().unwrap());
            seen.extend(labels(&mut ring.close()));
        } else {
            seen.extend(labels(&mut ring.close()));
            seen.extend(producer.join().unwrap());
        }
        assert_eq!(seen, [(1, 0), (1, 1), (1, 2)], "in order, what was refused last");
        assert!(ring.is_empty());
    });
}

#[test]
fn a_batch_does_not_stop_early() {
    model(4, || {
        let (ring, maker) = ring_of(3);
        assert_eq!(label(ring.pop()), Pop::Item((0, 0)));
        // Two are in order now, and one more is on the stack.
        assert!(ring.push(maker.item(0, 3)).is_ok());
        let producer = producer(&ring, &maker, 1, 1);
        let mut batch = Fifo::new();
        assert_eq!(ring.pop_batch(3, &mut batch), Pop::Item(3));
        assert_eq!(batch.len(), 3, "no more than asked for");
        assert!(producer.join().unwrap().is_empty());
        let mut seen = labels(&mut batch);
        assert_eq!(ring.pop_batch(3, &mut batch), Pop::Item(1), "all there is");
        seen.extend(labels(&mut batch));
        assert_each_once(seen, [(0, 1), (0, 2), (0, 3), (1, 0)]);
    });
}

#[test]
fn busy_is_not_drained() {
    model(4, || {
        let (ring, _maker) = ring_of(2);
        let consumer = consumer(&ring);
        // One item is left whatever the other consumer does.
        assert_ne!(label(ring.pop()), Pop::Empty);
        assert_ne!(consumer.join().unwrap(), Pop::Empty);
    });
}

#[test]
fn two_consumers_never_get_the_same_item() {
    model(3, || {
        let (ring, maker) = ring_of(1);
        let consumers = [consumer(&ring), consumer(&ring)];
        assert!(ring.push(maker.item(0, 1)).is_ok());
        let found = consumers.map(|consumer| item_of(consumer.join().unwrap()));
        let mut seen: Vec<_> = found.into_iter().flatten().collect();
        seen.extend(labels(&mut ring.close()));
        assert_each_once(seen, [(0, 0), (0, 1)]);
    });
}

#[test]
fn a_look_sees_what_a_consumer_leaves() {
    model(4, || {
        let (ring, _maker) = ring_of(2);
        let consumer = consumer(&ring);
        assert!(!ring.is_empty(), "one item is on the stack, under way, or ready");
        assert!((1..=2).contains(&ring.len()));
        assert_ne!(consumer.join().unwrap(), Pop::Empty);
    });
}

#[test]
fn a_look_sees_the_own_push_until_somebody_pops_it() {
    model(4, || {
        let (ring, maker) = ring_of(0);
        let (consumer, other) = (consumer(&ring), producer(&ring, &maker, 1, 1));
        assert!(ring.push(maker.item(0, 0)).is_ok());
        let seen_empty = ring.is_empty();
        let popped = item_of(consumer.join().unwrap());
        assert!(other.join().unwrap().is_empty());
        assert!(!seen_empty || popped == Some((0, 0)));
        assert_eq!(ring.len(), 2 - popped.iter().len());
    });
}

/// A lane that holds the items `(0, 0)` up to `(0, count - 1)`.
fn lane_of<const N: usize>(count: u32) -> (Lane<Item, N>, Maker) {
    let (mut lane, maker) = (Lane::new(), Maker::new());
    let mut shed = Fifo::new();
    for number in 0..count {
        lane.push(maker.item(0, number), &mut shed);
    }
    assert!(shed.is_empty());
    (lane, maker)
}

/// A thread that steals once; answers what it was told to run, and its lane.
fn thief<const N: usize>(
    victim: Victim<Item, N>,
) -> thread::JoinHandle<(Pop<Label>, Lane<Item, N>)> {
    let mut lane = Lane::new();
    thread::spawn(move || {
        let first = label(victim.steal_into(&mut lane));
        (first, lane)
    })
}

fn drain<const N: usize>(lane: &mut Lane<Item, N>) -> Vec<Label> {
    std::iter::from_fn(|| lane.pop()).map(|item| item.label()).collect()
}

/// What a thief took, in order.
fn loot<const N: usize>((first, mut lane): (Pop<Label>, Lane<Item, N>)) -> Vec<Label> {
    item_of(first).into_iter().chain(drain(&mut lane)).collect()
}

#[test]
fn the_last_item_goes_to_the_owner_or_to_the_thief() {
    model(5, || {
        let (mut lane, _maker) = lane_of::<2>(1);
        let thief = thief(lane.victim());
        let mut seen = drain(&mut lane);
        seen.extend(loot(thief.join().unwrap()));
        assert_eq!(seen, [(0, 0)]);
        assert!(lane.is_empty() && lane.victim().is_empty());
    });
}

#[test]
fn a_thief_that_loses_an_item_to_the_owner_looks_again() {
    model(4, || {
        let (mut lane, _maker) = lane_of::<4>(2);
        let thief = thief(lane.victim());
        let mut seen: Vec<_> = lane.pop().map(|item| item.label()).into_iter().collect();
        let stolen = loot(thief.join().unwrap());
        assert_eq!(stolen.len(), 1, "an item was left, and nobody else was robbing");
        seen.extend(stolen);
        assert_each_once(seen, [(0, 0), (0, 1)]);
    });
}

#[test]
fn positions_wrap_under_push_pop_and_steal() {
    model(3, || {
        // Two slots before the wrap: the positions of four items lie on both sides of it.
        let (mut lane, maker) = lane_of::<2>(1);
        let thief = thief(lane.victim());
        let (mut seen, mut shed) = (Vec::new(), Fifo::new());
        for number in 1..4 {
            lane.push(maker.item(0, number), &mut shed);
            assert!(lane.len() <= 2);
            seen.extend(lane.pop().map(|item| item.label()));
        }
        assert!(seen.is_sorted());
        seen.extend(labels(&mut shed));
        seen.extend(drain(&mut lane));
        seen.extend(loot(thief.join().unwrap()));
        assert_each_once(seen, (0..4).map(|number| (0, number)));
    });
}

#[test]
fn a_slot_is_not_used_again_before_the_thief_has_copied_it() {
    model(4, || {
        let (mut lane, maker) = lane_of::<4>(4);
        let thief = thief(lane.victim());
        let mut shed = Fifo::new();
        for number in 4..6 {
            lane.push(maker.item(0, number), &mut shed);
        }
        let stolen = loot(thief.join().unwrap());
        assert!(stolen.is_sorted());
        let (mut seen, left) = (stolen, drain(&mut lane));
        assert!(left.is_sorted());
        seen.extend(left);
        seen.extend(labels(&mut shed));
        assert_each_once(seen, (0..6).map(|number| (0, number)));
    });
}

#[test]
fn a_slot_is_not_used_again_before_two_thieves_have_copied_theirs() {
    model(2, || {
        let (mut lane, maker) = lane_of::<2>(2);
        let thieves = [thief(lane.victim()), thief(lane.victim())];
        let (mut shed, mut lane) = last(move || {
            let mut shed = Fifo::new();
            lane.push(maker.item(0, 2), &mut shed);
            (shed, lane)
        });
        let mut seen: Vec<_> = thieves.into_iter().flat_map(|t| loot(t.join().unwrap())).collect();
        seen.extend(labels(&mut shed));
        seen.extend(drain(&mut lane));
        assert_each_once(seen, (0..3).map(|number| (0, number)));
    });
}

#[test]
fn a_full_lane_sheds_its_older_half_while_thieves_come() {
    model(4, || {
        let (mut lane, maker) = lane_of::<2>(2);
        let thief = thief(lane.victim());
        let mut shed = Fifo::new();
        for number in 2..5 {
            lane.push(maker.item(0, number), &mut shed);
        }
        let mut seen = loot(thief.join().unwrap());
        assert!(seen.len() <= 1, "half of two");
        seen.extend(labels(&mut shed));
        seen.extend(drain(&mut lane));
        assert_each_once(seen, (0..5).map(|number| (0, number)));
    });
}

#[test]
fn a_lane_that_is_being_robbed_is_not_empty() {
    model(4, || {
        let (lane, _maker) = lane_of::<2>(2);
        let thieves = [thief(lane.victim()), thief(lane.victim())];
        let mut seen = Vec::new();
        for thief in thieves {
            // The other one takes half, so one item is left for this one.
            let (first, mut lane) = thief.join().unwrap();
            assert_ne!(first, Pop::Empty);
            seen.extend(item_of(first));
            assert!(drain(&mut lane).is_empty());
        }
        let mut lane = lane;
        seen.extend(drain(&mut lane));
        assert_each_once(seen, [(0, 0), (0, 1)]);
    });
}

#[test]
fn loot_can_be_stolen_on() {
    model(3, || {
        let (mut lane, _maker) = lane_of::<4>(4);
        let (mut second, _other_maker) = lane_of::<4>(1);
        assert_eq!(drain(&mut second), [(0, 0)]);
        let third = thief(second.victim());
        let first = item_of(label(lane.victim().steal_into(&mut second)));
        let mut seen: Vec<_> = first.into_iter().chain(drain(&mut second)).collect();
        seen.extend(drain(&mut lane));
        seen.extend(loot(third.join().unwrap()));
        assert_each_once(seen, (0..4).map(|number| (0, number)));
    });
}

#[test]
fn the_task_that_runs_next_goes_to_its_owner_or_to_the_thief() {
    model(3, || {
        let maker = Maker::new();
        let next = Arc::new(Next::new());
        assert!(next.replace(maker.item(0, 0)).is_none());
        let thief = {
            let next = next.clone();
            thread::spawn(move || next.take().map(|item| item.label()))
        };
        let displaced = next.replace(maker.item(0, 1)).map(|item| item.label());
        let mut seen: Vec<_> = displaced.into_iter().chain(thief.join().unwrap()).collect();
        seen.extend(next.take().map(|item| item.label()));
        assert_each_once(seen, [(0, 0), (0, 1)]);
    });
}
