//! Whatever lies between a reader and a writer, the bytes arrive.

#[path = "support/faults.rs"]
mod faults;

use faults::{Faulty, Step};
use futures::executor::block_on;
use futures::join;
use proptest::collection::vec;
use proptest::prelude::*;
use runtime::io::{
    self, AsyncBufRead, AsyncBufReadExt, AsyncReadExt, AsyncSeekExt, AsyncWrite, AsyncWriteExt,
    BufReader, BufStream, BufWriter, SeekFrom,
};
use std::io::Cursor;

/// One layer around a reader.
#[derive(Clone, Debug)]
enum Layer {
    Faults(Vec<Step>),
    Buffer(usize),
    /// Takes more than there is.
    Take,
    /// Chains an empty stream before or behind.
    Chain(bool),
}

type AnyReader<'a> = Box<dyn AsyncBufRead + Unpin + 'a>;
type AnyWriter<'a> = Box<dyn AsyncWrite + Unpin + 'a>;

fn read_through<'a>(reader: AnyReader<'a>, layer: &Layer) -> AnyReader<'a> {
    match layer {
        Layer::Faults(script) => Box::new(BufReader::new(Faulty::new(reader, script))),
        Layer::Buffer(capacity) => Box::new(BufReader::with_capacity(*capacity, reader)),
        Layer::Take => Box::new(reader.take(1 << 40)),
        Layer::Chain(true) => Box::new(io::empty().chain(reader)),
        Layer::Chain(false) => Box::new(reader.chain(io::empty())),
    }
}

fn write_through<'a>(writer: AnyWriter<'a>, layer: &Layer) -> AnyWriter<'a> {
    match layer {
        Layer::Faults(script) => Box::new(Faulty::new(writer, script)),
        Layer::Buffer(capacity) => Box::new(BufWriter::with_capacity(*capacity, writer)),
        Layer::Take | Layer::Chain(_) => Box::new(io::join(io::empty(), writer)),
    }
}

fn script() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        Just(Step::Wait),
        Just(Step::Interrupt),
        (1..5_000_usize).prop_map(Step::Move),
        Just(Step::MoveAll),
    ];
    vec(step, 0..5).prop_map(|mut script| {
        // Something has to move, or the copy never ends.
        script.push(Step::Move(1_000));
        script
    })
}

fn layers() -> impl Strategy<Value = Vec<Layer>> {
    let layer = prop_oneof![
        script().prop_map(Layer::Faults),
        (1..9_000_usize).prop_map(Layer::Buffer),
        Just(Layer::Take),
        any::<bool>().prop_map(Layer::Chain),
    ];
    vec(layer, 0..5)
}

fn bytes() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![vec(any::<u8>(), 0..300), vec(any::<u8>(), 8_000..40_000)]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn a_copy_through_any_layers_equals_its_input(
        input in bytes(), inward in layers(), outward in layers(), buffered: bool,
    ) {
        let mut output = Vec::new();
        let mut reader = inward.iter().fold(Box::new(&input[..]) as AnyReader<'_>, read_through);
        let mut writer = outward.iter().fold(Box::new(&mut output) as AnyWriter<'_>, write_through);
        let copied = block_on(async {
            if buffered {
                io::copy_buf(&mut reader, &mut writer).await
            } else {
                io::copy(&mut reader, &mut writer).await
            }
        });
        drop(writer);
        prop_assert_eq!(copied.unwrap(), input.len() as u64);
        prop_assert!(output == input);
    }

    #[test]
    fn a_proxy_between_two_pipes_carries_both_directions(
        upwards in bytes(), downwards in bytes(),
        near_size in 1..10_000_usize, far_size in 1..10_000_usize,
        up_size in 1..10_000_usize, down_size in 1..10_000_usize,
    ) {
        let (mut client, mut inbound) = io::duplex(near_size);
        let (mut outbound, mut server) = io::duplex(far_size);
        let (copied, got_down, got_up) = block_on(async {
            let proxy = io::copy_bidirectional_with_sizes(
                &mut inbound, &mut outbound, up_size, down_size,
            );
            join!(
                async { proxy.await.unwrap() },
                exchange(&mut client, &upwards),
                exchange(&mut server, &downwards),
            )
        });
        prop_assert_eq!(copied, (upwards.len() as u64, downwards.len() as u64));
        prop_assert!(got_down == downwards && got_up == upwards);
    }

    #[test]
    fn lines_are_those_of_the_standard_library(
        text in "([a-zß]{0,9}(\n|\r\n|\r)?){0,20}", inward in layers(),
    ) {
        let bytes = text.as_bytes();
        let reader = inward.iter().fold(Box::new(bytes) as AnyReader<'_>, read_through);
        let mut lines = reader.lines();
        for expected in std::io::BufRead::lines(bytes) {
            let line = loop {
                match block_on(lines.next_line()) {
                    Err(error) => prop_assert_eq!(error.kind(), io::ErrorKind::Interrupted),
                    Ok(line) => break line,
                }
            };
            prop_assert_eq!(line, Some(expected.unwrap()));
        }
        prop_assert_eq!(block_on(lines.next_line()).unwrap(), None);
    }

    #[test]
    fn a_buffered_stream_behaves_like_its_inner_one(
        script in script(), capacities in (1..40_usize, 0..40_usize), moves in vec(action(), 0..40),
    ) {
        // Interruptions are passed on by reads; that is tested elsewhere.
        let script: Vec<Step> = script.into_iter().filter(|step| *step != Step::Interrupt).collect();
        let mut plain = Cursor::new(vec![7; 50]);
        let faulty = Faulty::new(plain.clone(), &script);
        let mut buffered = BufStream::with_capacity(capacities.0, capacities.1, faulty);
        block_on(async {
            for action in &moves {
                prop_assert_eq!(action.run(&mut buffered).await, action.run(&mut plain).await);
            }
            buffered.flush().await.unwrap();
            Ok(())
        })?;
        prop_assert_eq!(buffered.into_inner().inner.into_inner(), plain.into_inner());
    }
}

/// Writes everything, shuts down, and gives everything that comes from the other side.
async fn exchange(stream: &mut io::DuplexStream, outgoing: &[u8]) -> Vec<u8> {
    let (mut reader, mut writer) = io::split(stream);
    let mut incoming = Vec::new();
    let send = async {
        writer.write_all(outgoing).await.unwrap();
        writer.shutdown().await.unwrap();
    };
    let (_, received) = join!(send, reader.read_to_end(&mut incoming));
    assert_eq!(received.unwrap(), incoming.len());
    incoming
}

/// Something to do with a stream that has a position.
#[derive(Clone, Debug)]
enum Action {
    Read(usize),
    /// Seeks first: a stream has one position, the buffer for reads stands ahead of it.
    Write(Vec<u8>),
    Seek(SeekFrom),
}

fn action() -> impl Strategy<Value = Action> {
    prop_oneof![
        (0..60_usize).prop_map(Action::Read),
        vec(any::<u8>(), 0..60).prop_map(Action::Write),
        (0..80_u64).prop_map(|at| Action::Seek(SeekFrom::Start(at))),
        (-20..20_i64).prop_map(|by| Action::Seek(SeekFrom::Current(by))),
        (-60..9_i64).prop_map(|by| Action::Seek(SeekFrom::End(by))),
        Just(Action::Seek(SeekFrom::Current(i64::MIN))),
    ]
}

impl Action {
    /// Gives something to compare; reads go to their end, however short the pieces.
    async fn run<S>(&self, stream: &mut S) -> (Vec<u8>, Result<u64, ()>)
    where
        S: io::AsyncRead + AsyncWrite + io::AsyncSeek + Unpin,
    {
        let mut seen = Vec::new();
        let position = match self {
            Self::Read(n) => {
                stream.take(*n as u64).read_to_end(&mut seen).await.unwrap();
                stream.seek(SeekFrom::Current(0)).await
            }
            Self::Write(bytes) => {
                stream.seek(SeekFrom::Current(0)).await.unwrap();
                stream.write_all(bytes).await.unwrap();
                stream.flush().await.unwrap();
                stream.stream_position().await
            }
            Self::Seek(to) => stream.seek(*to).await,
        };
        (seen, position.map_err(drop))
    }
}
