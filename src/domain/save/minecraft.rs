//! What a Minecraft world is about: `level.dat`, and what 26.1 moved out of it.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::{
    about::{About, Difficulty, Mode},
    damage::Damage,
    nbt::{self, Found},
    packed::{LARGEST_FILE, unpacked},
};
use crate::domain::{path::InnerPath, unit::UnitContent};

/// The file that makes a folder a world.
pub const LEVEL: &str = "level.dat";
/// The time in each dimension, since 26.1.
const CLOCKS: &str = "data/minecraft/world_clocks.dat";
/// Where the players are since 26.1: `UUID.dat`. Before, who plays alone was in `level.dat`.
const PLAYERS: &str = "players/data/";
/// How the name of a player's file ends.
const PLAYER: &str = ".dat";
/// Of a world with more players than these nobody's position is looked up.
const MOST_PLAYERS: usize = 8;

/// The game counts 20 ticks to a second.
const TICKS: u64 = 20;
/// And so many to its day.
const TICKS_OF_A_DAY: u64 = 24_000;

const IN_LEVEL: [&str; 14] = [
    "Data/LevelName",
    "Data/Version/Name",
    "Data/GameType",
    "Data/Difficulty",
    "Data/hardcore",
    "Data/LastPlayed",
    "Data/DayTime",
    "Data/Time",
    "Data/Player/Pos",
    "Data/Player/Dimension",
    "Data/DataVersion",
    // Since 26.1.
    "Data/difficulty_settings/difficulty",
    "Data/difficulty_settings/hardcore",
    "Data/singleplayer_uuid",
];
const IN_CLOCKS: [&str; 1] = ["data/minecraft:overworld/total_ticks"];
const IN_PLAYER: [&str; 2] = ["Pos", "Dimension"];

/// Returns which files of a world are read.
pub fn sources(content: &UnitContent) -> Vec<InnerPath> {
    let small = |path: &&InnerPath| content.files[*path].size <= LARGEST_FILE as u64;
    let all = content.files.keys().filter(small);
    let (players, mut files): (Vec<_>, Vec<_>) = all
        .filter(|path| matches!(path.as_str(), LEVEL | CLOCKS) || is_player(path.as_str()))
        .partition(|path| is_player(path.as_str()));
    if players.len() <= MOST_PLAYERS {
        files.extend(players);
    }
    if files.iter().any(|path| path.as_str() == LEVEL) {
        files.into_iter().cloned().collect()
    } else {
        Vec::new()
    }
}

fn is_player(path: &str) -> bool {
    path.strip_prefix(PLAYERS)
        .is_some_and(|name| name.ends_with(PLAYER) && !name.contains('/'))
}

/// Reads what `level` says, and what it leaves to the others.
pub fn read(level: &[u8], files: &BTreeMap<InnerPath, Vec<u8>>) -> Result<About, Damage> {
    let facts = found(level, &IN_LEVEL)?;
    let other = |path: &str, wanted: &[&'static str]| {
        let file = files.iter().find(|(inner, _)| inner.as_str() == path);
        file.map(|(_, bytes)| found(bytes, wanted)).transpose()
    };
    let whole = |path: &str| facts.whole(path);
    let positive = |path: &str| whole(path).and_then(|number| u64::try_from(number).ok());
    let text = |facts: &Found, path: &str| facts.text(path).map(|(text, _)| text.to_owned());

    let difficulty = match text(&facts, "Data/difficulty_settings/difficulty") {
        Some(name) => Difficulty::named(&name),
        None => whole("Data/Difficulty").and_then(Difficulty::numbered),
    };
    let is_hardcore = |path: &str| whole(path).is_some_and(|number| number != 0);
    let clocks = other(CLOCKS, &IN_CLOCKS)?;
    let ticks = match clocks.and_then(|clocks| clocks.whole(IN_CLOCKS[0])) {
        Some(ticks) => u64::try_from(ticks).ok(),
        // Before it could be stopped, the time of day was the time played.
        None => positive("Data/DayTime").or_else(|| {
            let is_old = whole("Data/DataVersion").is_none();
            is_old.then(|| positive("Data/Time")).flatten()
        }),
    };
    let player = match player_file(&facts) {
        Some(path) => other(&path, &IN_PLAYER)?,
        None => None,
    };
    let (place, dimension) = match &player {
        Some(player) => (player.wholes("Pos"), dimension(player, "Dimension")),
        None => (
            facts.wholes("Data/Player/Pos"),
            dimension(&facts, "Data/Player/Dimension"),
        ),
    };
    let position: Option<[i64; 3]> = place.try_into().ok();
    let about = About {
        name: text(&facts, "Data/LevelName"),
        version: text(&facts, "Data/Version/Name"),
        mode: whole("Data/GameType").and_then(Mode::numbered),
        difficulty,
        hardcore: is_hardcore("Data/hardcore") || is_hardcore("Data/difficulty_settings/hardcore"),
        last_played: whole("Data/LastPlayed")
            .and_then(|time| Timestamp::from_millisecond(time).ok()),
        day: ticks.map(|ticks| ticks / TICKS_OF_A_DAY),
        played: positive("Data/Time").map(|ticks| ticks / TICKS),
        dimension: position.and(dimension),
        position,
        screenshot: None,
    };
    Ok(about.cleaned())
}

fn found(file: &[u8], paths: &[&'static str]) -> Result<Found, Damage> {
    nbt::find(&unpacked(file)?[..], paths)
}

/// Returns where the player is whose world it is.
fn player_file(level: &Found) -> Option<String> {
    let parts: [i64; 4] = level.wholes("Data/singleplayer_uuid").try_into().ok()?;
    let mut id = 0_u128;
    for part in parts {
        let part = i32::try_from(part).ok()?.cast_unsigned();
        id = id << 32 | u128::from(part);
    }
    let hex = format!("{id:032x}");
    let groups = [0..8, 8..12, 12..16, 16..20, 20..32].map(|group| &hex[group]);
    Some(format!("{PLAYERS}{}{PLAYER}", groups.join("-")))
}

/// A name since 1.16, a number before.
fn dimension(facts: &Found, path: &str) -> Option<String> {
    if let Some((name, _)) = facts.text(path) {
        return Some(name.strip_prefix("minecraft:").unwrap_or(name).to_owned());
    }
    let name = match facts.whole(path)? {
        -1 => "the_nether",
        0 => "overworld",
        1 => "the_end",
        _ => return None,
    };
    Some(name.to_owned())
}

#[cfg(test)]
mod tests;
