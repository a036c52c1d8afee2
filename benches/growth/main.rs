//! Does an operation cost the same, however much there is of everything else?
//!
//! Four things grow: tasks that wait, connections, threads that send into one channel, workers. A
//! figure is nanoseconds an operation, the median of several runs. It is printed as a table, and
//! drawn into `target/growth.svg`: a flat line is what is hoped for.
//!
//! ```text
//! cargo bench --bench growth
//! ```

mod loads;
mod plot;

use plot::Line;
use std::path::Path;

/// One thing that grows: its name, its sizes, and what an operation costs at one of them.
type Growth = (&'static str, &'static [u32], fn(u32) -> Option<f64>);

const GROWTHS: [Growth; 4] = [
    ("tasks", &[10, 100, 1_000, 10_000, 100_000, 1_000_000], loads::tasks),
    ("connections", &[1, 10, 100, 1_000, 5_000, 10_000], loads::connections),
    ("producers", &[1, 2, 4, 8, 16, 32, 64], loads::producers),
    ("workers", &[1, 2, 4, 8, 16, 32, 64], loads::workers),
];

const RUNS: usize = 3;

fn main() -> std::io::Result<()> {
    // `cargo test --benches` asks for one short run of everything.
    let is_short = !std::env::args().any(|argument| argument == "--bench");
    let mut lines = Vec::new();
    for (name, sizes, cost) in GROWTHS {
        let sizes = if is_short { &sizes[..2] } else { sizes };
        let mut points = Vec::new();
        for &size in sizes {
            match median(|| cost(size)) {
                Some(ns) => points.push((f64::from(size), ns)),
                None => println!("{name} {size}: more descriptors than this process may have"),
            }
        }
        println!("{name:<12} {}", row(points.iter().map(|(size, _)| format!("{size}"))));
        println!("{:<12} {}", "  ns/op", row(points.iter().map(|(_, ns)| format!("{ns:.1}"))));
        lines.push(Line { name, points });
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/growth.svg");
    std::fs::write(&path, plot::draw(&lines))?;
    println!("drawn: {}", path.display());
    Ok(())
}

fn row(cells: impl Iterator<Item = String>) -> String {
    cells.map(|cell| format!("{cell:>10}")).collect()
}

fn median(cost: impl Fn() -> Option<f64>) -> Option<f64> {
    let mut runs = (0..RUNS).map(|_| cost()).collect::<Option<Vec<f64>>>()?;
    runs.sort_by(f64::total_cmp);
    Some(runs[RUNS / 2])
}
