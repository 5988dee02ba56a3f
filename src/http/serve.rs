//! Accepts connections: a bound on their number, a time limit on their headers, and an end that lets work finish.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower::ServiceExt;

/// A request's headers must have come in within this; a connection may also stand idle so long.
const HEADER_TIME: Duration = Duration::from_secs(10);
/// More connections wait in the system's own queue.
const CONNECTIONS: usize = 20_000;
/// What is under way may take this long once the end is asked for; open streams are cut then.
const LAST_WORDS: Duration = Duration::from_secs(3);

/// Serves `router` on `listener` until `stop` is done; then accepts nothing new, lets answers under way finish and
/// returns. Handlers find the caller's address as `ConnectInfo<SocketAddr>`.
pub async fn serve(listener: TcpListener, router: Router, stop: impl Future<Output = ()>) {
    let places = Arc::new(Semaphore::new(CONNECTIONS));
    let (ending, connections) = (CancellationToken::new(), TaskTracker::new());
    tokio::pin!(stop);
    loop {
        // The semaphore is never closed.
        let Ok(place) = places.clone().acquire_owned().await else { break };
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = &mut stop => break,
        };
        let Ok((stream, peer)) = accepted else {
            // Out of file handles, most likely: they come back.
            tokio::time::sleep(Duration::from_millis(50)).await;
            continue;
        };
        let talk = connection(stream, peer, router.clone(), ending.clone());
        connections.spawn(async move {
            talk.await;
            drop(place);
        });
    }
    drop(listener);
    ending.cancel();
    connections.close();
    let _ = tokio::time::timeout(LAST_WORDS, connections.wait()).await;
}

async fn connection(stream: TcpStream, peer: SocketAddr, router: Router, ending: CancellationToken) {
    // Answers are small and awaited: waiting to fill a packet only delays them.
    let _ = stream.set_nodelay(true);
    let service = service_fn(move |mut request: Request<Incoming>| {
        request.extensions_mut().insert(ConnectInfo(peer));
        router.clone().oneshot(request.map(Body::new))
    });
    let talk = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADER_TIME)
        .serve_connection(TokioIo::new(stream), service)
        .with_upgrades();
    tokio::pin!(talk);
    // A connection that breaks off is the other side's affair.
    tokio::select! {
        _ = &mut talk => return,
        () = ending.cancelled() => talk.as_mut().graceful_shutdown(),
    }
    let _ = talk.await;
}
