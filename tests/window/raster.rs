//! Which pixels a triangle covers, and numbers between points, pixels and bytes.

/// A rectangle of pixels; right and bottom are outside.
#[derive(Clone, Copy)]
pub struct Area {
    pub left: i32,
    pub top: i32,
    pub right: i32,
    pub bottom: i32,
}

/// Corners are on a grid of this many steps a pixel, so that edges that meet leave no gap.
const STEPS: i64 = 256;

/// The triangle's area, twice, in pixels; its sign says which way round it is.
pub fn double_area([a, b, c]: [(f32, f32); 3]) -> f32 {
    (b.0 - a.0) * (c.1 - a.1) - (b.1 - a.1) * (c.0 - a.0)
}

/// Calls `draw` for each pixel whose middle is inside, with how near each corner is.
///
/// A pixel on an edge that two triangles share is drawn once.
pub fn fill(corners: [(f32, f32); 3], clip: Area, mut draw: impl FnMut(i32, i32, Near)) {
    let mut points = corners.map(|(x, y)| (step(x), step(y)));
    let turned = edge(points[0], points[1], points[2]) < 0;
    if turned {
        points.swap(1, 2);
    }
    let [a, b, c] = points;
    let area = edge(a, b, c);
    if area == 0 {
        return;
    }
    let xs = points.map(|point| point.0);
    let ys = points.map(|point| point.1);
    let (left, right) = span(xs, clip.left, clip.right);
    let (top, bottom) = span(ys, clip.top, clip.bottom);
    // How much each part grows with every pixel to the right. No closures here: nothing is optimized.
    let grows = [(b, c), (c, a), (a, b)].map(|(from, to)| (from.1 - to.1) * STEPS);
    let least = [(b, c), (c, a), (a, b)].map(|(from, to)| i64::from(!owns(from, to)));
    for y in top..bottom {
        let middle = (
            i64::from(left) * STEPS + STEPS / 2,
            i64::from(y) * STEPS + STEPS / 2,
        );
        let mut parts = [edge(b, c, middle), edge(c, a, middle), edge(a, b, middle)];
        for x in left..right {
            if parts[0] >= least[0] && parts[1] >= least[1] && parts[2] >= least[2] {
                let [first, second, third] = parts;
                let parts = if turned {
                    [first, third, second]
                } else {
                    parts
                };
                draw(x, y, Near { parts, area });
            }
            parts[0] += grows[0];
            parts[1] += grows[1];
            parts[2] += grows[2];
        }
    }
}

/// How near a pixel is to each corner.
pub struct Near {
    parts: [i64; 3],
    area: i64,
}

impl Near {
    /// As parts of one.
    pub fn parts(&self) -> [f32; 3] {
        self.parts.map(|part| part_of(part, self.area))
    }
}

fn edge(a: (i64, i64), b: (i64, i64), c: (i64, i64)) -> i64 {
    (b.0 - a.0) * (c.1 - a.1) - (b.1 - a.1) * (c.0 - a.0)
}

/// Whether what lies on this edge is inside: it is at the top or on the left.
fn owns(from: (i64, i64), to: (i64, i64)) -> bool {
    to.1 < from.1 || (to.1 == from.1 && to.0 > from.0)
}

fn span(places: [i64; 3], least: i32, most: i32) -> (i32, i32) {
    let low = places.iter().min().expect("three") / STEPS - 1;
    let high = places.iter().max().expect("three") / STEPS + 1;
    let within = |at: i64| at.clamp(i64::from(least), i64::from(most));
    let pixel = |at: i64| i32::try_from(within(at)).expect("clamped");
    (pixel(low), pixel(high))
}

#[allow(
    clippy::cast_possible_truncation,
    reason = "places in a window are small"
)]
fn step(place: f32) -> i64 {
    (f64::from(place) * 256.0).round() as i64
}

#[allow(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    reason = "parts of one"
)]
fn part_of(part: i64, all: i64) -> f32 {
    (part as f64 / all as f64) as f32
}

/// The pixel at which a length ends.
#[allow(
    clippy::cast_possible_truncation,
    reason = "sizes of windows are small"
)]
pub fn pixel(length: f32) -> i32 {
    length.clamp(-1e6, 1e6).round() as i32
}

/// The whole number below.
#[allow(
    clippy::cast_possible_truncation,
    reason = "places in textures are small"
)]
pub fn whole(number: f32) -> i32 {
    number.floor() as i32
}

#[allow(
    clippy::cast_precision_loss,
    reason = "textures have a few thousand pixels a side"
)]
pub fn real(number: usize) -> f32 {
    number as f32
}

#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "clamped"
)]
pub fn byte(number: f32) -> u8 {
    number.round().clamp(0.0, 255.0) as u8
}

#[test]
fn two_triangles_that_share_an_edge_draw_each_pixel_once() {
    let mut drawn = vec![0; 64];
    let clip = Area {
        left: 0,
        top: 0,
        right: 8,
        bottom: 8,
    };
    let (a, b, c, d) = ((0.0, 0.0), (8.0, 0.0), (8.0, 8.0), (0.0, 8.0));
    for corners in [[a, b, c], [a, d, c]] {
        fill(corners, clip, |x, y, near| {
            assert!((near.parts().iter().sum::<f32>() - 1.0).abs() < 1e-3);
            drawn[usize::try_from(y * 8 + x).expect("inside")] += 1;
        });
    }
    assert!(drawn.iter().all(|times| *times == 1), "{drawn:?}");
}
