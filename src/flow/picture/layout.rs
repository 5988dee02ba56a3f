//! Where boxes and lines lie: layers from top to bottom after Sugiyama. Ways that lead back are turned for the layout,
//! rows are given by the longest way, the order within a row is found by barycentres, and places by weighted means that
//! keep the order and the distances. Boxes stand in even layers; the layers between hold the labels, so that no label
//! lies on a box or on another label, and a line crosses a row only where it has a place of its own there.

mod layers;
mod order;
mod place;

pub use layers::rows;

/// A line to be laid out.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Link {
    pub from: usize,
    pub to: usize,
    /// Width and height of what stands on it; 0 where nothing does.
    pub label: (f64, f64),
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rect {
    pub x: f64,
    pub y: f64,
    pub width: f64,
    pub height: f64,
}

impl Rect {
    pub fn right(&self) -> f64 {
        self.x + self.width
    }

    pub fn bottom(&self) -> f64 {
        self.y + self.height
    }

    pub fn middle(&self) -> f64 {
        self.x + self.width / 2.0
    }
}

/// A straight piece of a line, downwards; curves join it to the next one.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Station {
    pub x: f64,
    pub top: f64,
    pub bottom: f64,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Route {
    /// From the upper box to the lower one, both ends included.
    pub stations: Vec<Station>,
    pub label: Option<Rect>,
    /// The way leads up: its arrow is at the first station.
    pub back: bool,
}

#[derive(Debug, Clone, PartialEq, Default)]
pub struct Layout {
    pub boxes: Vec<Rect>,
    /// As the links that were given.
    pub routes: Vec<Route>,
    pub width: f64,
    pub height: f64,
}

/// What stands in a layer.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Cell {
    pub layer: usize,
    pub width: f64,
    pub height: f64,
    /// A box of the picture; else a place that a line passes through.
    pub real: bool,
}

/// The layered graph: boxes first, then the places of lines.
#[derive(Debug, Default)]
pub(super) struct Layered {
    pub cells: Vec<Cell>,
    /// Cells by layer, in order.
    pub layers: Vec<Vec<usize>>,
    /// Neighbours above and below.
    pub up: Vec<Vec<usize>>,
    pub down: Vec<Vec<usize>>,
    /// For each link, all cells from the upper box to the lower one.
    pub chains: Vec<Vec<usize>>,
    pub back: Vec<bool>,
}

/// Lays out boxes of the given sizes. The first box is where the picture begins. Links from a box to itself are not for
/// it.
pub fn layout(sizes: &[(f64, f64)], links: &[Link]) -> Layout {
    if sizes.is_empty() {
        return Layout::default();
    }
    let mut layered = layers::layered(sizes, links);
    order::order(&mut layered);
    place::place(&layered, links)
}
