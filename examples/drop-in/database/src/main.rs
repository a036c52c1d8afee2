//! sqlx with SQLite, in memory and in a file: a pool, writers at once, a transaction that is taken
//! back, rows that stream.

use futures::TryStreamExt;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions};
use sqlx::{Connection, Row, SqliteConnection};
use std::time::Duration;
use tokio::task::JoinSet;
use tokio::time;

/// How many tasks write at once, and what each writes.
const WRITERS: i64 = 8;
const ROWS: i64 = 25;

/// One connection, which is the database.
async fn in_memory() {
    let mut connection = SqliteConnection::connect("sqlite::memory:").await.unwrap();
    sqlx::query("CREATE TABLE words (word TEXT NOT NULL)").execute(&mut connection).await.unwrap();
    for word in ["loop", "ring", "tick"] {
        let insert = sqlx::query("INSERT INTO words VALUES (?)").bind(word);
        assert_eq!(insert.execute(&mut connection).await.unwrap().rows_affected(), 1);
    }
    let query = sqlx::query_scalar::<_, String>("SELECT word FROM words ORDER BY word DESC");
    assert_eq!(query.fetch_all(&mut connection).await.unwrap(), ["tick", "ring", "loop"]);
    let error = sqlx::query("SELECT * FROM missing").execute(&mut connection).await.unwrap_err();
    assert!(error.to_string().contains("no such table"), "{error}");
    connection.close().await.unwrap();
}

/// Each has a connection of the pool while it writes.
async fn writers(pool: &SqlitePool) {
    let mut writers = JoinSet::new();
    for writer in 0..WRITERS {
        let pool = pool.clone();
        writers.spawn(async move {
            for row in 0..ROWS {
                let insert = sqlx::query("INSERT INTO numbers VALUES (?, ?)");
                insert.bind(writer).bind(row).execute(&pool).await.unwrap();
            }
        });
    }
    writers.join_all().await;
}

async fn transactions(pool: &SqlitePool) {
    let count = || sqlx::query_scalar::<_, i64>("SELECT COUNT(*) FROM numbers").fetch_one(pool);
    let mut transaction = pool.begin().await.unwrap();
    let delete = sqlx::query("DELETE FROM numbers").execute(&mut *transaction).await.unwrap();
    assert_eq!(delete.rows_affected() as i64, WRITERS * ROWS);
    drop(transaction);
    assert_eq!(count().await.unwrap(), WRITERS * ROWS, "a dropped transaction is taken back");

    let mut transaction = pool.begin().await.unwrap();
    sqlx::query("INSERT INTO numbers VALUES (-1, 7)").execute(&mut *transaction).await.unwrap();
    transaction.commit().await.unwrap();
    assert_eq!(count().await.unwrap(), WRITERS * ROWS + 1);
}

async fn rows_stream(pool: &SqlitePool) {
    let query = sqlx::query("SELECT writer, number FROM numbers ORDER BY writer, number");
    let mut rows = query.fetch(pool);
    let first = rows.try_next().await.unwrap().unwrap();
    assert_eq!((first.get::<i64, _>("writer"), first.get::<i64, _>(1)), (-1, 7));
    let mut seen = 0;
    while let Some(row) = rows.try_next().await.unwrap() {
        assert_eq!((row.get::<i64, _>(0), row.get::<i64, _>(1)), (seen / ROWS, seen % ROWS));
        seen += 1;
    }
    assert_eq!(seen, WRITERS * ROWS);
}

/// Whoever finds the pool empty waits; one that gives up does not keep what comes back later.
async fn an_empty_pool(pool: &SqlitePool) {
    let mut taken = Vec::new();
    for _ in 0..pool.options().get_max_connections() {
        taken.push(pool.acquire().await.unwrap());
    }
    assert!(pool.try_acquire().is_none());
    assert!(time::timeout(Duration::from_millis(20), pool.acquire()).await.is_err());
    taken.pop().unwrap().close().await.unwrap();
    pool.acquire().await.unwrap();
}

/// Patient, since others may use the disk.
fn pool_of(connections: u32) -> SqlitePoolOptions {
    SqlitePoolOptions::new().max_connections(connections).acquire_timeout(Duration::from_secs(60))
}

async fn in_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("numbers.db");
    let options = SqliteConnectOptions::new().filename(&file).create_if_missing(true);
    let options =
        options.journal_mode(SqliteJournalMode::Wal).busy_timeout(Duration::from_secs(60));
    let pool = pool_of(4).connect_with(options.clone()).await.unwrap();
    sqlx::query("CREATE TABLE numbers (writer INTEGER, number INTEGER)")
        .execute(&pool)
        .await
        .unwrap();
    writers(&pool).await;
    transactions(&pool).await;
    rows_stream(&pool).await;
    pool.close().await;

    // What is in the file outlives the pool.
    let again = pool_of(2).connect_with(options).await.unwrap();
    rows_stream(&again).await;
    an_empty_pool(&again).await;
    again.close().await;
}

async fn database() {
    in_memory().await;
    in_a_file().await;
}

fn main() {
    support::run("database", database);
}
