//! What can only be read from its beginning: standard input, and what is inside an archive.
//!
//! A thread of its own reads ahead, so that a pipe that is open but silent does not hold back what it has brought so far.

use std::io::{self, Read};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::thread;
use std::time::Duration;

/// How many bytes are read at once.
const PIECE: usize = 256 << 10;

/// How many pieces wait at most.
const AHEAD: usize = 2;

/// What a wait brought.
pub(super) enum Brought {
    /// Bytes.
    Piece(Vec<u8>),
    /// Nothing, for the time given.
    Silence,
    /// The end.
    End,
}

/// The receiving end.
pub(super) struct Pipe {
    pieces: Receiver<io::Result<Vec<u8>>>,
    piece: Vec<u8>,
    at: usize,
}

impl Pipe {
    /// Begins to read. `read` runs in a thread of its own and sends what it reads through the sender.
    pub fn open(read: impl FnOnce(Sender) + Send + 'static) -> Self {
        let (sender, pieces) = sync_channel(AHEAD);
        thread::spawn(move || read(Sender(sender)));
        Self { pieces, piece: Vec::new(), at: 0 }
    }

    /// Begins to read a reader.
    pub fn of(mut reader: impl Read + Send + 'static) -> Self {
        Self::open(move |sender| sender.send_all(&mut reader))
    }

    /// Waits for the next piece, so long at most.
    pub fn wait(&mut self, time: Duration) -> io::Result<Brought> {
        if self.at < self.piece.len() {
            let rest = self.piece.split_off(self.at);
            self.at = self.piece.len();
            return Ok(Brought::Piece(rest));
        }
        match self.pieces.recv_timeout(time) {
            Ok(piece) => Ok(Brought::Piece(piece?)),
            Err(RecvTimeoutError::Timeout) => Ok(Brought::Silence),
            Err(RecvTimeoutError::Disconnected) => Ok(Brought::End),
        }
    }
}

impl Read for Pipe {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        while self.at == self.piece.len() {
            match self.pieces.recv() {
                Ok(piece) => {
                    self.piece = piece?;
                    self.at = 0;
                }
                Err(_) => return Ok(0),
            }
        }
        let amount = into.len().min(self.piece.len() - self.at);
        into[..amount].copy_from_slice(&self.piece[self.at..self.at + amount]);
        self.at += amount;
        Ok(amount)
    }
}

/// The sending end.
pub(super) struct Sender(SyncSender<io::Result<Vec<u8>>>);

impl Sender {
    /// Sends all that a reader brings; stops where nobody listens any more.
    pub fn send_all(&self, reader: &mut impl Read) {
        loop {
            let mut piece = vec![0; PIECE];
            match reader.read(&mut piece) {
                Ok(0) => return,
                Ok(read) => {
                    piece.truncate(read);
                    if self.0.send(Ok(piece)).is_err() {
                        return;
                    }
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return self.fail(error),
            }
        }
    }

    /// Sends an error, after which nothing comes.
    pub fn fail(&self, error: io::Error) {
        // Where nobody listens, nobody wants to know.
        let _ = self.0.send(Err(error));
    }
}
