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

use super::ops::Recorder;
use crate::app::App;

/// A request's headers must have come in within this; a connection may also stand idle so long.
const HEADER_TIME: Duration = Duration::from_secs(10);
/// More connections wait in the system's own queue.
const CONNECTIONS: usize = 20_000;
/// Serves everything on `listener`, and the figures on a listener of their own where the settings name one, until
/// `stop` is cancelled. Then nothing new is accepted, and answers under way may take up to `grace`; open streams are
/// cut then.
///
/// # Errors
/// Where `metrics.listen` cannot be listened on.
pub async fn serve(
    listener: TcpListener,
    app: App,
    recorder: Recorder,
    stop: CancellationToken,
    grace: Duration,
) -> std::io::Result<()> {
    let figures = match &app.settings.metrics_listen {
        Some(address) => {
            let listener = TcpListener::bind(address).await?;
            let router = super::ops::metrics_router(app.clone(), recorder.clone());
            Some(accept(listener, router, stop.clone(), grace))
        }
        None => None,
    };
    let main = accept(listener, super::router(app, recorder), stop.clone(), grace);
    match figures {
        Some(figures) => {
            tokio::join!(main, figures);
        }
        None => main.await,
    }
    Ok(())
}

/// Handlers find the caller's address as `ConnectInfo<SocketAddr>`.
async fn accept(listener: TcpListener, router: Router, stop: CancellationToken, grace: Duration) {
    let places = Arc::new(Semaphore::new(CONNECTIONS));
    let connections = TaskTracker::new();
    loop {
        // The semaphore is never closed.
        let Ok(place) = places.clone().acquire_owned().await else { break };
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = stop.cancelled() => break,
        };
        let Ok((stream, peer)) = accepted else {
            // Out of file handles, most likely: they come back.
            tokio::time::sleep(Duration::from_millis(50)).await;
            continue;
        };
        let talk = connection(stream, peer, router.clone(), stop.clone());
        connections.spawn(async move {
            talk.await;
            drop(place);
        });
    }
    drop(listener);
    connections.close();
    let _ = tokio::time::timeout(grace, connections.wait()).await;
}

async fn connection(stream: TcpStream, peer: SocketAddr, router: Router, stop: CancellationToken) {
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
        () = stop.cancelled() => talk.as_mut().graceful_shutdown(),
    }
    let _ = talk.await;
}
