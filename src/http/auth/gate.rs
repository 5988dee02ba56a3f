//! Slows down guessing without locking out the owner: failures are counted for an account from one network, and for a
//! network over all accounts, and both counts run down by themselves.

use std::convert::Infallible;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use axum::extract::{ConnectInfo, FromRequestParts};
use axum::http::request::Parts;
use tokio::sync::Semaphore;

use super::super::error::Problem;
use super::super::pace::Pace;
use super::password;

/// Hashing takes 19 MiB and a core: so many at once, and nobody waits longer than this for a place.
const AT_ONCE: usize = 2;
const LONGEST_WAIT: Duration = Duration::from_secs(5);

#[derive(Debug)]
pub struct Gate {
    by_account: Pace,
    by_network: Pace,
    hashing: Arc<Semaphore>,
    nobody: Arc<OnceLock<Option<String>>>,
}

impl Default for Gate {
    fn default() -> Self {
        Self {
            by_account: Pace::new(6, 1.0 / 10.0),
            by_network: Pace::new(30, 1.0),
            hashing: Arc::new(Semaphore::new(AT_ONCE)),
            nobody: Arc::default(),
        }
    }
}

/// One try. It costs a token of the account and of the network, given back where it succeeds.
pub struct Knock<'a> {
    gate: &'a Gate,
    account: String,
    network: String,
}

impl Gate {
    /// # Errors
    /// 429 where too many tries failed of late, whether the account exists or not.
    pub fn knock(&self, name: &str, from: &From) -> Result<Knock<'_>, Problem> {
        let now = Instant::now();
        let account = format!("{} {}", super::super::token::hash(&name.to_lowercase()), from.0);
        let knock = Knock { gate: self, account, network: from.0.clone() };
        self.by_network.take(&knock.network, now).map_err(Problem::too_fast)?;
        self.by_account.take(&knock.account, now).map_err(Problem::too_fast)?;
        Ok(knock)
    }

    /// Compares away from the async threads. `None` as the stored hash takes as long, and is never right.
    pub async fn verify(&self, given: String, stored: Option<String>) -> Result<bool, Problem> {
        let place = tokio::time::timeout(LONGEST_WAIT, self.hashing.clone().acquire_owned()).await;
        let Ok(Ok(place)) = place else { return Err(Problem::busy()) };
        let known = stored.is_some();
        let nobody = self.nobody.clone();
        let compare = move || {
            let _place = place;
            // Made at the first try of all, whoever's it is, so that its making tells nothing either.
            let nobody = nobody.get_or_init(password::nobody).as_deref().unwrap_or_default();
            password::verify(&given, stored.as_deref().unwrap_or(nobody))
        };
        let right = tokio::task::spawn_blocking(compare).await.map_err(|error| Problem::internal(&error))?;
        Ok(right && known)
    }
}

impl Knock<'_> {
    pub fn succeeded(self) {
        self.gate.by_account.give_back(&self.account);
        self.gate.by_network.give_back(&self.network);
    }
}

/// The network a request comes from: the IPv4 address, or the /64 of an IPv6 one. Taken from the connection itself,
/// never from a header.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct From(pub String);

impl<S: Sync> FromRequestParts<S> for From {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|ConnectInfo(peer)| peer.ip());
        Ok(Self(peer.map_or_else(|| "unknown".to_owned(), network)))
    }
}

fn network(ip: IpAddr) -> String {
    match ip.to_canonical() {
        IpAddr::V4(ip) => ip.to_string(),
        IpAddr::V6(ip) => {
            let [a, b, c, d, ..] = ip.segments();
            format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn guessing_is_slowed_for_one_network_only() {
        let gate = Gate::default();
        let (bad, owner) = (From("192.0.2.1".to_owned()), From("192.0.2.2".to_owned()));
        let passed = (0..1_000).filter(|_| gate.knock("maria", &bad).is_ok()).count();
        assert!(passed <= 7, "{passed} guesses passed");
        assert!(gate.knock("maria", &owner).is_ok(), "the owner is not locked out");
    }

    #[test]
    fn a_right_password_costs_nothing() {
        let gate = Gate::default();
        let from = From("192.0.2.1".to_owned());
        for _ in 0..100 {
            gate.knock("maria", &from).map(Knock::succeeded).unwrap_or_else(|_| panic!("refused"));
        }
    }

    #[test]
    fn an_ipv6_network_is_its_64_bits() {
        let of = |ip: &str| ip.parse().map(network).unwrap_or_default();
        assert_eq!(of("2001:db8:1:2:3:4:5:6"), of("2001:db8:1:2::1"));
        assert_ne!(of("2001:db8:1:2::1"), of("2001:db8:1:3::1"));
        assert_eq!(of("::ffff:192.0.2.1"), "192.0.2.1");
    }
}
