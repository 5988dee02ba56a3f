//! The network: embeddings of pieces, three branches of two convolutions each over 2, 3 and 5 pieces in a row, their mean,
//! and four dense layers. Plain loops over blocks that stay in registers.

use std::collections::BTreeMap;

use super::ModelError;
use super::npz::{self, Array};

/// Pieces that a branch looks at together, and how many of them lie before the one it stands at.
const BRANCHES: [(usize, usize); 3] = [(2, 0), (3, 1), (5, 2)];
/// Columns and rows that are multiplied together.
const COLUMNS: usize = 8;
const ROWS: usize = 4;

pub(super) struct Network {
    /// By piece, one byte a number: `byte × scale + low` of the piece's part.
    table: Vec<u8>,
    /// Piece `p` is row `p / parts` of part `p mod parts`.
    parts: Vec<(f32, f32)>,
    embedding: usize,
    /// Numbers of a branch.
    branch: usize,
    project: Dense,
    project_norm: Norm,
    first: Vec<Dense>,
    second: Vec<Dense>,
    norm: Norm,
    mean: Dense,
    d0: Dense,
    d1: Dense,
    d2: Dense,
    d3: Dense,
    p1: Dense,
    p3: Dense,
    tiny: f32,
}

/// A matrix, in panels of [`COLUMNS`] columns so that it is read in one direction, and what is added.
struct Dense {
    inputs: usize,
    outputs: usize,
    panels: Vec<[f32; COLUMNS]>,
    bias: Vec<f32>,
}

struct Norm {
    gain: Vec<f32>,
    bias: Vec<f32>,
}

/// Takes arrays out of the file, and says which is missing or of another shape.
struct Arrays(BTreeMap<String, Array>);

impl Arrays {
    fn take(&mut self, name: &str) -> Result<(Vec<usize>, Vec<f32>), ModelError> {
        let array = self.0.remove(name).ok_or_else(|| ModelError::new(format!("has no array `{name}`")))?;
        let floats = array
            .floats()
            .ok_or_else(|| ModelError::new(format!("`{name}` must be of numbers with a point")))?;
        Ok((array.shape, floats))
    }

    fn list(&mut self, name: &str, length: usize) -> Result<Vec<f32>, ModelError> {
        let (shape, values) = self.take(name)?;
        if values.len() != length {
            return Err(ModelError::new(format!("`{name}` must have {length} numbers, and is {shape:?}")));
        }
        Ok(values)
    }

    fn matrix(&mut self, name: &str, inputs: usize) -> Result<(usize, Vec<f32>), ModelError> {
        let (shape, values) = self.take(name)?;
        match shape[..] {
            [rows, columns] if rows == inputs && columns % COLUMNS == 0 && columns > 0 => {
                Ok((columns, values))
            }
            _ => Err(ModelError::new(format!(
                "`{name}` must have {inputs} rows and a multiple of {COLUMNS} columns, and is {shape:?}"
            ))),
        }
    }

    fn dense(&mut self, name: &str, bias: Option<&str>, inputs: usize) -> Result<Dense, ModelError> {
        let (columns, values) = self.matrix(name, inputs)?;
        let bias = match bias {
            Some(bias) => self.list(bias, columns)?,
            None => vec![0.0; columns],
        };
        Ok(Dense::new(inputs, columns, &values, bias))
    }

    /// The embeddings' bytes, piece by piece; the shape of each part is `[rows, embedding]`.
    fn table(&mut self, parts: usize) -> Result<(usize, Vec<u8>), ModelError> {
        let mut all = Vec::new();
        for part in 1..=parts {
            let array = self.0.remove(&format!("q{part}"));
            all.push(array.ok_or_else(|| ModelError::new(format!("has no array `q{part}`")))?);
        }
        let shape = all.first().map(|first| first.shape.clone()).unwrap_or_default();
        let [rows, width] = shape[..] else {
            return Err(ModelError::new("`q1` must have rows and columns"));
        };
        if rows == 0 || width == 0 || all.iter().any(|part| part.shape != shape) {
            return Err(ModelError::new("the parts of the embeddings must be of one shape"));
        }
        let mut table = vec![0; parts * rows * width];
        for (part, array) in all.into_iter().enumerate() {
            let bytes = array.into_bytes().ok_or_else(|| ModelError::new("the embeddings must be bytes"))?;
            for (row, from) in bytes.chunks_exact(width).enumerate() {
                let at = (row * parts + part) * width;
                table[at..at + width].copy_from_slice(from);
            }
        }
        Ok((width, table))
    }
}

impl Network {
    pub fn read(bytes: &[u8], pieces: usize) -> Result<Self, ModelError> {
        let mut arrays = Arrays(npz::read(bytes)?);
        let (_, scale) = arrays.take("scale")?;
        let low = arrays.list("lo", scale.len())?;
        let (embedding, table) = arrays.table(scale.len())?;
        if table.len() / embedding < pieces {
            return Err(ModelError::new(format!("has embeddings for fewer than the {pieces} pieces")));
        }
        let (project, project_norm) = project(&mut arrays, embedding)?;
        let branch = project.outputs / BRANCHES.len();
        let (mut first, mut second) = (vec![], vec![]);
        for (n, _) in BRANCHES {
            first.push(arrays.dense(&format!("w1_{n}"), Some(&format!("b1_{n}")), n * branch)?);
            second.push(arrays.dense(&format!("w2_{n}"), Some(&format!("b2_{n}")), n * branch)?);
        }
        if first.iter().chain(&second).any(|dense| dense.outputs != branch) {
            return Err(ModelError::new("the branches must be of one width"));
        }
        let all = embedding + BRANCHES.len() * branch;
        let mean = arrays.dense("cnn_W", Some("cnn_b"), all)?;
        let (d0, p1) = (arrays.dense("d0", None, mean.outputs)?, arrays.dense("p1", None, mean.outputs)?);
        let d1 = arrays.dense("d1", None, d0.outputs)?;
        let (d2, p3) = (arrays.dense("d2", None, d1.outputs)?, arrays.dense("p3", None, d1.outputs)?);
        let d3 = arrays.dense("d3", None, d2.outputs)?;
        if d1.outputs != p1.outputs || d3.outputs != p3.outputs {
            return Err(ModelError::new("the layers at the end do not fit together"));
        }
        Ok(Self {
            table,
            parts: scale.into_iter().zip(low).collect(),
            embedding,
            branch,
            project,
            project_norm,
            first,
            second,
            norm: Norm { gain: arrays.list("ln_g", all)?, bias: arrays.list("ln_b", all)? },
            mean,
            d0,
            d1,
            d2,
            d3,
            p1,
            p3,
            tiny: arrays.list("eps", 1)?[0],
        })
    }

    pub fn width(&self) -> usize {
        self.d3.outputs
    }

    pub fn encode(&self, ids: &[u32]) -> Vec<f32> {
        let all = self.embedding + BRANCHES.len() * self.branch;
        let mut features = vec![0.0; ids.len() * all];
        let mut embedded = vec![0.0; ids.len() * self.embedding];
        for (&id, row) in ids.iter().zip(embedded.chunks_mut(self.embedding)) {
            self.embed(id, row);
        }
        for (row, embedded) in features.chunks_mut(all).zip(embedded.chunks(self.embedding)) {
            row[..self.embedding].copy_from_slice(embedded);
        }
        let mut projected = vec![0.0; ids.len() * self.project.outputs];
        self.project.apply(&embedded, self.embedding, &mut projected);
        projected.chunks_mut(self.project.outputs).for_each(|row| self.project_norm.apply(row, self.tiny));
        for at in 0..BRANCHES.len() {
            self.convolve(at, &projected, &mut features);
        }
        let mut sum = vec![0.0; all];
        for row in features.chunks_mut(all) {
            self.norm.apply(row, self.tiny);
            sum.iter_mut().zip(row.iter()).for_each(|(sum, value)| *sum += value);
        }
        let count = ids.len().max(1) as f32;
        sum.iter_mut().for_each(|value| *value /= count);
        let mut mean = self.mean.one(&sum);
        mean.iter_mut().for_each(|value| *value *= count.sqrt());
        self.finish(&mean)
    }

    fn finish(&self, mean: &[f32]) -> Vec<f32> {
        let ramp = |mut list: Vec<f32>| {
            list.iter_mut().for_each(|value| *value = value.max(0.0));
            list
        };
        let add = |mut one: Vec<f32>, other: Vec<f32>| {
            one.iter_mut().zip(other).for_each(|(one, other)| *one += other);
            one
        };
        let y0 = ramp(self.d0.one(mean));
        let y1 = ramp(add(self.p1.one(mean), self.d1.one(&y0)));
        let y2 = ramp(self.d2.one(&y1));
        let mut vector = add(self.p3.one(&y1), self.d3.one(&y2));
        vector.iter_mut().for_each(|value| *value = value.tanh());
        let square: f32 = vector.iter().map(|value| value * value).sum();
        let inverse = 1.0 / square.max(self.tiny).sqrt();
        vector.iter_mut().for_each(|value| *value *= inverse);
        vector
    }

    fn embed(&self, id: u32, row: &mut [f32]) {
        let (scale, low) = self.parts[id as usize % self.parts.len()];
        let from = &self.table[id as usize * self.embedding..][..self.embedding];
        row.iter_mut().zip(from).for_each(|(value, &byte)| *value = f32::from(byte) * scale + low);
    }

    /// Two convolutions, each with what went in added to what comes out.
    fn convolve(&self, at: usize, projected: &[f32], features: &mut [f32]) {
        let ((pieces, before), width) = (BRANCHES[at], self.branch);
        let rows = projected.len() / self.project.outputs;
        // silence before and after, so that a window is one stretch
        let mut padded = vec![0.0; (rows + pieces - 1) * width];
        let inside = before * width..(before + rows) * width;
        for (row, to) in projected.chunks(self.project.outputs).zip(padded[inside.clone()].chunks_mut(width))
        {
            to.copy_from_slice(&row[at * width..(at + 1) * width]);
        }
        let mut out = vec![0.0; rows * width];
        for dense in [&self.first[at], &self.second[at]] {
            dense.apply(&padded, width, &mut out);
            let kept = padded[inside.clone()].iter_mut();
            kept.zip(&out).for_each(|(kept, &value)| *kept += value.max(0.0));
        }
        let all = features.len() / rows.max(1);
        let start = self.embedding + at * width;
        for (row, from) in features.chunks_mut(all).zip(padded[inside].chunks(width)) {
            row[start..start + width].copy_from_slice(from);
        }
    }
}

/// The three branches' projections side by side, and the norm over all of them.
fn project(arrays: &mut Arrays, embedding: usize) -> Result<(Dense, Norm), ModelError> {
    let (mut columns, mut bias) = (Vec::new(), Vec::new());
    let mut norm = Norm { gain: vec![], bias: vec![] };
    for (n, _) in BRANCHES {
        let (width, values) = arrays.matrix(&format!("proj{n}"), embedding)?;
        bias.extend(arrays.list(&format!("proj_b{n}"), width)?);
        norm.gain.extend(arrays.list(&format!("ln_g{n}"), width)?);
        norm.bias.extend(arrays.list(&format!("ln_b{n}"), width)?);
        columns.push((width, values));
    }
    if columns.iter().any(|(width, _)| *width != columns[0].0) {
        return Err(ModelError::new("the branches must be of one width"));
    }
    let mut values = Vec::new();
    for row in 0..embedding {
        for (width, part) in &columns {
            values.extend(&part[row * width..(row + 1) * width]);
        }
    }
    Ok((Dense::new(embedding, bias.len(), &values, bias), norm))
}

impl Dense {
    fn new(inputs: usize, outputs: usize, values: &[f32], bias: Vec<f32>) -> Self {
        let mut panels = Vec::with_capacity(inputs * outputs / COLUMNS);
        for start in (0..outputs).step_by(COLUMNS) {
            for row in values.chunks_exact(outputs) {
                let mut panel = [0.0; COLUMNS];
                panel.copy_from_slice(&row[start..start + COLUMNS]);
                panels.push(panel);
            }
        }
        Self { inputs, outputs, panels, bias }
    }

    fn one(&self, row: &[f32]) -> Vec<f32> {
        let mut out = vec![0.0; self.outputs];
        self.apply(row, self.inputs, &mut out);
        out
    }

    /// Row `r` of `out` from the `inputs` numbers of `from` that begin at `r × stride`.
    fn apply(&self, from: &[f32], stride: usize, out: &mut [f32]) {
        let rows = out.len() / self.outputs;
        for (number, panel) in self.panels.chunks_exact(self.inputs).enumerate() {
            let column = number * COLUMNS;
            let mut row = 0;
            while row < rows {
                if row + ROWS <= rows {
                    self.block::<ROWS>(panel, from, stride, row, column, out);
                    row += ROWS;
                } else {
                    self.block::<1>(panel, from, stride, row, column, out);
                    row += 1;
                }
            }
        }
    }

    #[inline(always)]
    fn block<const R: usize>(
        &self,
        panel: &[[f32; COLUMNS]],
        from: &[f32],
        stride: usize,
        row: usize,
        column: usize,
        out: &mut [f32],
    ) {
        let rows: [&[f32]; R] = std::array::from_fn(|r| &from[(row + r) * stride..][..panel.len()]);
        let mut sums = [[0.0_f32; COLUMNS]; R];
        for (at, weights) in panel.iter().enumerate() {
            for (sum, row) in sums.iter_mut().zip(&rows) {
                let value = row[at];
                for (sum, weight) in sum.iter_mut().zip(weights) {
                    *sum += value * weight;
                }
            }
        }
        for (r, sum) in sums.iter().enumerate() {
            let start = (row + r) * self.outputs + column;
            let bias = &self.bias[column..column + COLUMNS];
            for ((out, sum), bias) in out[start..start + COLUMNS].iter_mut().zip(sum).zip(bias) {
                *out = sum + bias;
            }
        }
    }
}

impl Norm {
    fn apply(&self, row: &mut [f32], tiny: f32) {
        let count = row.len() as f32;
        let mean = row.iter().sum::<f32>() / count;
        row.iter_mut().for_each(|value| *value -= mean);
        let square: f32 = row.iter().map(|value| value * value).sum();
        let inverse = 1.0 / (square / count + tiny).sqrt();
        for ((value, gain), bias) in row.iter_mut().zip(&self.gain).zip(&self.bias) {
            *value = *value * inverse * gain + bias;
        }
    }
}
