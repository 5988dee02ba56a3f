//! Wakes the sockets of a chat when something was committed there, and no others.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::Notify;
use tokio::sync::broadcast::error::RecvError;

use crate::app::live::Live;
use crate::conversation::Channel;

type Waiting = Arc<Mutex<HashMap<String, Vec<Arc<Notify>>>>>;

#[derive(Debug, Clone, Default)]
pub struct Hub {
    waiting: Waiting,
}

/// A socket's place; given up when dropped.
#[derive(Debug)]
pub struct Watch {
    hub: Hub,
    address: String,
    bell: Arc<Notify>,
}

impl Hub {
    /// Starts the task that listens for all; it ends with the last sender of `live`.
    pub fn start(live: &Live) -> Self {
        let hub = Self::default();
        let (mut notices, bells) = (live.listen(), hub.clone());
        tokio::spawn(async move {
            loop {
                match notices.recv().await {
                    Ok(notice) if notice.channel == Channel::Web => bells.ring(&notice.address),
                    Ok(_) => {}
                    // Some notices were missed: everyone looks.
                    Err(RecvError::Lagged(_)) => bells.ring_all(),
                    Err(RecvError::Closed) => return,
                }
            }
        });
        hub
    }

    pub fn watch(&self, address: &str) -> Watch {
        let bell = Arc::new(Notify::new());
        self.with(|waiting| waiting.entry(address.to_owned()).or_default().push(bell.clone()));
        Watch { hub: self.clone(), address: address.to_owned(), bell }
    }

    fn ring(&self, address: &str) {
        self.with(|waiting| waiting.get(address).into_iter().flatten().for_each(|bell| bell.notify_one()));
    }

    fn ring_all(&self) {
        self.with(|waiting| waiting.values().flatten().for_each(|bell| bell.notify_one()));
    }

    fn with<T>(&self, act: impl FnOnce(&mut HashMap<String, Vec<Arc<Notify>>>) -> T) -> T {
        act(&mut self.waiting.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Watch {
    /// Returns when something was committed since the last call.
    pub async fn rung(&self) {
        self.bell.notified().await;
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.hub.with(|waiting| {
            if let Some(bells) = waiting.get_mut(&self.address) {
                bells.retain(|bell| !Arc::ptr_eq(bell, &self.bell));
                if bells.is_empty() {
                    waiting.remove(&self.address);
                }
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_bell_rings_for_its_own_chat_and_is_taken_down() {
        let hub = Hub::default();
        let (a, b) = (hub.watch("a"), hub.watch("b"));
        hub.ring("a");
        a.rung().await;
        let other = tokio::time::timeout(std::time::Duration::from_millis(20), b.rung()).await;
        assert!(other.is_err());
        drop((a, b));
        assert!(hub.with(|waiting| waiting.is_empty()));
    }
}
