//! How the devices of an instance went together: one line for each, the oldest on the left. It is drawn from
//! the sync log; what a snapshot follows is encrypted, so that the server cannot know it.

use std::collections::HashMap;

use crate::server::database::sync_log::{Entry, What};

/// How many steps are drawn, and how many devices.
const STEPS: usize = 40;
const LANES: usize = 8;
/// Distances, in pixels.
const STEP: usize = 44;
const LANE: usize = 52;
const LEFT: usize = 150;
const TOP: usize = 34;
/// How much of a device's name has room on the left.
const NAME: usize = 18;

/// The picture.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Graph {
    /// How wide and how high it is.
    pub size: (usize, usize),
    /// The lines of devices.
    pub lanes: Vec<Lane>,
    /// What was taken over from another device.
    pub links: Vec<Link>,
    /// What happened.
    pub dots: Vec<Dot>,
    /// How often two devices found that they changed the same.
    pub forks: usize,
}

/// A device.
#[derive(Debug, PartialEq, Eq)]
pub struct Lane {
    /// What it is called, cut.
    pub name: String,
    /// How far down.
    pub y: usize,
    /// From where to where its line goes.
    pub from: usize,
    /// The end of its line.
    pub to: usize,
}

/// Something that happened.
#[derive(Debug, PartialEq, Eq)]
pub struct Dot {
    /// How far to the right.
    pub x: usize,
    /// How far down.
    pub y: usize,
    /// What.
    pub what: What,
}

/// From a push to who took it over.
#[derive(Debug, PartialEq, Eq)]
pub struct Link {
    /// Where the push is.
    pub from: (usize, usize),
    /// Where it was taken over.
    pub to: (usize, usize),
}

impl Graph {
    /// Draws these rows, the newest first.
    pub fn of(entries: &[Entry]) -> Self {
        let mut newest: Vec<_> = entries.iter().take(STEPS).collect();
        newest.reverse();
        let mut devices: Vec<(&str, &str)> = Vec::new();
        for entry in &newest {
            let device = (entry.device.as_str(), entry.name.as_str());
            if !devices.contains(&device) && devices.len() < LANES {
                devices.push(device);
            }
        }
        let lane_of = |entry: &Entry| devices.iter().position(|(id, _)| *id == entry.device);
        let drawn: Vec<_> = newest
            .into_iter()
            .filter_map(|entry| Some((entry, lane_of(entry)?)))
            .collect();
        let mut graph = Self {
            size: (LEFT + drawn.len().max(1) * STEP, TOP + devices.len() * LANE),
            ..Self::default()
        };
        // Where each snapshot was pushed.
        let mut pushed: HashMap<&str, (usize, usize)> = HashMap::new();
        for (step, (entry, lane)) in drawn.iter().enumerate() {
            let place = (LEFT + step * STEP, TOP + lane * LANE);
            let snapshot = entry.snapshot.as_deref();
            match (entry.what, snapshot) {
                (What::Pushed, Some(snapshot)) => {
                    pushed.insert(snapshot, place);
                }
                (What::Pulled | What::Merged | What::Forked, Some(snapshot)) => {
                    if let Some(from) = pushed.get(snapshot)
                        && from.1 != place.1
                    {
                        graph.links.push(Link {
                            from: *from,
                            to: place,
                        });
                    }
                }
                _ => {}
            }
            graph.forks += usize::from(entry.what == What::Forked);
            graph.dots.push(Dot {
                x: place.0,
                y: place.1,
                what: entry.what,
            });
        }
        for (number, (_, name)) in devices.iter().enumerate() {
            let y = TOP + number * LANE;
            let of_lane = || graph.dots.iter().filter(|dot| dot.y == y).map(|dot| dot.x);
            let (from, to) = (of_lane().min(), of_lane().max());
            graph.lanes.push(Lane {
                name: cut(name),
                y,
                from: from.unwrap_or(LEFT),
                to: to.unwrap_or(LEFT),
            });
        }
        graph
    }
}

fn cut(name: &str) -> String {
    if name.chars().count() <= NAME {
        return name.to_owned();
    }
    let mut short: String = name.chars().take(NAME - 1).collect();
    short.push('…');
    short
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(id: i64, device: &str, what: What, snapshot: &str) -> Entry {
        Entry {
            id,
            at: id,
            device: device.to_owned(),
            name: device.to_owned(),
            instance: "i".to_owned(),
            what,
            snapshot: Some(snapshot.to_owned()),
            bytes: None,
            units: None,
            reason: None,
        }
    }

    #[test]
    fn a_push_leads_to_who_took_it_over() {
        let rows = [
            entry(4, "deck", What::Forked, "b"),
            entry(3, "pc", What::Pushed, "b"),
            entry(2, "deck", What::Pulled, "a"),
            entry(1, "pc", What::Pushed, "a"),
        ];
        let graph = Graph::of(&rows);
        let (pc, deck) = (TOP, TOP + LANE);
        assert_eq!(graph.lanes.len(), 2);
        assert_eq!(graph.lanes[0].name, "pc", "who came first");
        assert_eq!(
            graph.links,
            [
                Link {
                    from: (LEFT, pc),
                    to: (LEFT + STEP, deck)
                },
                Link {
                    from: (LEFT + 2 * STEP, pc),
                    to: (LEFT + 3 * STEP, deck)
                },
            ]
        );
        assert_eq!(graph.dots.len(), 4);
        assert_eq!(graph.forks, 1);
        assert_eq!(graph.size, (LEFT + 4 * STEP, TOP + 2 * LANE));
    }

    #[test]
    fn a_picture_is_bounded_whatever_happened() {
        let rows: Vec<_> = (0..500)
            .rev()
            .map(|id| entry(id, &format!("device {}", id % 30), What::Pushed, "x"))
            .collect();
        let graph = Graph::of(&rows);
        assert!(graph.dots.len() <= STEPS);
        assert_eq!(graph.lanes.len(), LANES);
        assert!(graph.size.0 <= LEFT + STEPS * STEP);
        // A device knows its own snapshot, and nothing at all is a picture too.
        assert!(graph.links.is_empty());
        assert!(Graph::of(&[]).dots.is_empty());
    }

    #[test]
    fn a_long_name_is_cut_and_a_short_one_is_not() {
        assert_eq!(cut("deck"), "deck");
        assert_eq!(cut("abcdefghijklmnopqrstuvwxyz"), "abcdefghijklmnopq…");
    }
}
