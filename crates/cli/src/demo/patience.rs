//! Serving with bounded patience: for the head of a request, and for what is under way at the end.

use axum::Router;
use axum::serve::Listener;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;
use tokio::time::{Instant, Sleep, sleep};

/// For a request's head, and for the next request on an open connection.
const HEAD: Duration = Duration::from_secs(15);
/// For requests in hand once the demo was asked to stop.
pub const GRACE: Duration = Duration::from_secs(5);
/// What ends the head of a request.
const END: &[u8] = b"\r\n\r\n";

/// Serves until `stop` resolves and the requests in hand are answered, or the grace after it is over.
pub async fn serve(
    listener: TcpListener,
    app: Router,
    stop: impl Future<Output = ()> + Send + 'static,
    grace: Duration,
) -> io::Result<()> {
    let stopping = std::sync::Arc::new(Notify::new());
    let told = stopping.clone();
    let stop = async move {
        stop.await;
        told.notify_one();
    };
    let over = async {
        stopping.notified().await;
        sleep(grace).await;
    };
    tokio::select! {
        served = axum::serve(Patient(listener), app).with_graceful_shutdown(stop) => served,
        () = over => {
            tracing::warn!("requests were cut off: they took too long");
            Ok(())
        }
    }
}

/// A listener whose connections lose patience.
struct Patient(TcpListener);

impl Listener for Patient {
    type Io = Connection<TcpStream>;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        let (stream, address) = Listener::accept(&mut self.0).await;
        (Connection::new(stream), address)
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.0.local_addr()
    }
}

/// A connection that fails to be read when the head of a request does not come in time: counted from its
/// opening, and from the last byte of an answer.
struct Connection<S> {
    stream: S,
    late: Pin<Box<Sleep>>,
    /// How much of [`END`] was read last; all of it while a request is in hand.
    matched: usize,
}

impl<S> Connection<S> {
    fn new(stream: S) -> Connection<S> {
        Connection { stream, late: Box::pin(sleep(HEAD)), matched: 0 }
    }

    fn heed(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            if self.matched == END.len() {
                return;
            }
            self.matched = match byte {
                byte if byte == END[self.matched] => self.matched + 1,
                b'\r' => 1,
                _ => 0,
            };
        }
    }

    fn answered(&mut self) {
        self.matched = 0;
        self.late.as_mut().reset(Instant::now() + HEAD);
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Connection<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        if let Poll::Ready(read) = Pin::new(&mut self.stream).poll_read(context, buffer) {
            self.heed(&buffer.filled()[before..]);
            return Poll::Ready(read);
        }
        if self.matched < END.len() && self.late.as_mut().poll(context).is_ready() {
            return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
        }
        Poll::Pending
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Connection<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.answered();
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.answered();
        Pin::new(&mut self.stream).poll_write_vectored(context, bytes)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    /// A runtime whose clock jumps ahead when nothing else is left to do would need tokio's test features;
    /// here the deadline is moved instead.
    fn due<S>(connection: &mut Connection<S>) {
        connection.late.as_mut().reset(Instant::now());
    }

    #[tokio::test]
    async fn a_request_without_end_does_not_keep_the_demo_open() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let entered = std::sync::Arc::new(Notify::new());
        let inside = entered.clone();
        let app = Router::new().fallback(move || {
            entered.notify_one();
            std::future::pending::<()>()
        });
        let mut client = TcpStream::connect(address).await.unwrap();
        client.write_all(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n").await.unwrap();
        serve(listener, app, async move { inside.notified().await }, Duration::ZERO).await.unwrap();
    }

    #[tokio::test]
    async fn half_a_head_is_not_waited_for() {
        let (mut client, server) = tokio::io::duplex(256);
        let mut connection = Connection::new(server);
        let mut buffer = [0; 64];
        client.write_all(b"GET / HTTP/1.1\r\nHost: localhost\r\n").await.unwrap();
        assert_eq!(connection.read(&mut buffer).await.unwrap(), 33);
        due(&mut connection);
        let late = connection.read(&mut buffer).await.unwrap_err();
        assert_eq!(late.kind(), io::ErrorKind::TimedOut);
    }

    #[tokio::test]
    async fn a_whole_head_is_given_its_time_and_an_answer_starts_the_next() {
        let (mut client, server) = tokio::io::duplex(256);
        let mut connection = Connection::new(server);
        let mut buffer = [0; 64];
        client.write_all(b"GET / HTTP/1.1\r\n\r\n").await.unwrap();
        assert_eq!(connection.read(&mut buffer).await.unwrap(), 18);
        due(&mut connection);
        client.write_all(b"body").await.unwrap();
        assert_eq!(connection.read(&mut buffer).await.unwrap(), 4);
        connection.write_all(b"HTTP/1.1 204 No Content\r\n\r\n").await.unwrap();
        due(&mut connection);
        assert_eq!(connection.read(&mut buffer).await.unwrap_err().kind(), io::ErrorKind::TimedOut);
    }
}
