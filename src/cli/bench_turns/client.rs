//! The least of an HTTP/1.1 client: one connection kept open, posts of forms, answers with a length. It takes few of
//! the cycles that it shares with the server.

use std::net::SocketAddr;

use anyhow::Context as _;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// The longest answer that is read, in bytes.
const MAX_ANSWER: usize = 256 * 1024;

pub(super) struct Client {
    stream: TcpStream,
    buffer: Vec<u8>,
    request: Vec<u8>,
}

impl Client {
    pub(super) async fn connect(address: SocketAddr) -> anyhow::Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, buffer: Vec::with_capacity(8192), request: Vec::with_capacity(2048) })
    }

    /// Posts a form; the answer's status and body.
    pub(super) async fn post(
        &mut self,
        target: &str,
        signature: &str,
        body: &str,
    ) -> anyhow::Result<(u16, String)> {
        self.request.clear();
        let length = body.len();
        for part in [
            "POST ",
            target,
            " HTTP/1.1\r\nhost: bench\r\ncontent-type: application/x-www-form-urlencoded\r\n",
            "x-twilio-signature: ",
            signature,
            "\r\ncontent-length: ",
            &length.to_string(),
            "\r\n\r\n",
            body,
        ] {
            self.request.extend_from_slice(part.as_bytes());
        }
        self.stream.write_all(&self.request).await?;
        self.answer().await
    }

    async fn answer(&mut self) -> anyhow::Result<(u16, String)> {
        self.buffer.clear();
        let head = loop {
            if let Some(end) = self.buffer.windows(4).position(|four| four == b"\r\n\r\n") {
                break end + 4;
            }
            self.fill().await?;
        };
        let text = std::str::from_utf8(&self.buffer[..head])?.to_ascii_lowercase();
        let status =
            text.split(' ').nth(1).and_then(|status| status.parse().ok()).context("no status line")?;
        let length = text.lines().find_map(|line| line.strip_prefix("content-length:"));
        let length: usize = length.map_or(Ok(0), |length| length.trim().parse())?;
        anyhow::ensure!(length <= MAX_ANSWER, "an answer of {length} bytes");
        while self.buffer.len() < head + length {
            self.fill().await?;
        }
        Ok((status, std::str::from_utf8(&self.buffer[head..head + length])?.to_owned()))
    }

    async fn fill(&mut self) -> anyhow::Result<()> {
        let read = self.stream.read_buf(&mut self.buffer).await?;
        anyhow::ensure!(read > 0, "the server closed the connection");
        anyhow::ensure!(self.buffer.len() <= MAX_ANSWER + 8192, "an answer that does not end");
        Ok(())
    }
}
