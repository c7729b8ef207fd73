//! Writes what a game writes: worlds, sessions in them, settings, and names that are hard to sync.
//!
//! The same seed gives the same bytes. Contents are noise, as region files are to restic, within what
//! makes a file one of its kind.

use std::fs;
use std::path::Path;
use std::time::{Duration, SystemTime};

/// A small generator of noise (xorshift64*); tests need repeatable bytes, not good randomness.
pub struct Noise(u64);

impl Noise {
    /// Two texts or seeds that differ give different noise.
    pub fn new(text: &str, seed: u64) -> Self {
        let start = text
            .bytes()
            .fold(0xcbf2_9ce4_8422_2325 ^ seed, |hash, byte| {
                (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
            });
        Self(start | 1)
    }

    pub fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    /// Returns a number below `limit`.
    pub fn below(&mut self, limit: u64) -> u64 {
        self.next() % limit
    }

    pub fn bytes(&mut self, count: usize) -> Vec<u8> {
        let words = std::iter::repeat_with(|| self.next().to_le_bytes());
        words
            .take(count.div_ceil(8))
            .flatten()
            .take(count)
            .collect()
    }
}

/// Writes a file, its folders included.
#[track_caller]
pub fn write(path: &Path, content: impl AsRef<[u8]>) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, content).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
}

/// Makes noise a file of the kind that its name says, of the same size: nothing that is looked into for
/// damage looks damaged.
fn shaped(path: &Path, mut noise: Vec<u8>) -> Vec<u8> {
    let end = path.extension().map(|end| end.to_string_lossy());
    match end.as_deref() {
        // One array of bytes in a compound.
        Some("dat" | "dat_old") if noise.len() >= 12 => {
            let array = u32::try_from(noise.len() - 12).unwrap().to_be_bytes();
            noise[..7].copy_from_slice(&[10, 0, 0, 7, 0, 1, b'n']);
            noise[7..11].copy_from_slice(&array);
            *noise.last_mut().unwrap() = 0;
        }
        Some("png") if noise.len() >= 16 => {
            noise[..16].copy_from_slice(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR");
        }
        // No chunk is in the list; what follows is when they were written.
        Some("mca") if noise.len() >= 8_192 => noise[..4_096].fill(0),
        _ => {}
    }
    noise
}

/// Writes a file of noise that was last changed in 2026, at a time with nanoseconds.
#[track_caller]
pub fn write_noise(path: &Path, seed: u64, bytes: usize) {
    let mut noise = Noise::new(&path.file_name().unwrap().to_string_lossy(), seed);
    write(path, shaped(path, noise.bytes(bytes)));
    set_mtime(
        path,
        1_780_000_000 + noise.below(1_000_000),
        noise.below(1_000_000_000),
    );
}

/// Sets when a file was last changed, in seconds and nanoseconds since 1970.
#[track_caller]
pub fn set_mtime(path: &Path, seconds: u64, nanos: u64) {
    let time = SystemTime::UNIX_EPOCH + Duration::from_secs(seconds) + Duration::from_nanos(nanos);
    let file = fs::File::options().write(true).open(path).unwrap();
    file.set_modified(time).unwrap();
}

/// Creates the world `saves/<name>` (about 200 KB, 13 files), as one session leaves it.
#[track_caller]
pub fn world(pack: &Path, name: &str, seed: u64) {
    let world = pack.join("saves").join(name);
    write_noise(&world.join("level.dat"), seed, 2_000);
    write_noise(&world.join("level.dat_old"), seed, 2_000);
    write_noise(&world.join("icon.png"), seed, 4_000);
    for region in ["r.0.0.mca", "r.0.-1.mca", "r.-1.0.mca"] {
        write_noise(&world.join("region").join(region), seed, 40_960);
        write_noise(&world.join("entities").join(region), seed, 8_192);
    }
    write_noise(&world.join("DIM-1/region/r.0.0.mca"), seed, 12_288);
    write_noise(
        &world.join("playerdata/8667ba71-b85a-4004-af54-457a9734eed7.dat"),
        seed,
        3_000,
    );
    write_noise(&world.join("data/raids.dat"), seed, 500);
    write(&world.join("session.lock"), "\u{2603}");
    fs::create_dir_all(world.join("datapacks")).unwrap();
}

/// Plays a world for a while: files change, one comes, one goes. Times are those of the clock.
#[track_caller]
pub fn session(pack: &Path, name: &str, seed: u64) {
    let world = pack.join("saves").join(name);
    let mut noise = Noise::new(name, seed);
    fs::rename(world.join("level.dat"), world.join("level.dat_old")).unwrap();
    let level = world.join("level.dat");
    write(&level, shaped(&level, noise.bytes(2_000)));
    let player = world.join("playerdata/8667ba71-b85a-4004-af54-457a9734eed7.dat");
    write(&player, shaped(&player, noise.bytes(3_000)));
    // A region file is changed in place: one sector of it, behind its list.
    let region = world.join("region/r.0.0.mca");
    let mut bytes = fs::read(&region).unwrap();
    let at = 4096 * (1 + usize::try_from(noise.below(bytes.len() as u64 / 4096 - 1)).unwrap());
    bytes[at..at + 4096].copy_from_slice(&noise.bytes(4096));
    write(&region, bytes);
    let new = world.join(format!("region/r.1.{seed}.mca"));
    write(&new, shaped(&new, noise.bytes(8_192)));
    match fs::remove_file(world.join("data/raids.dat")) {
        Ok(()) => {}
        Err(_) => write(&world.join("data/raids.dat"), noise.bytes(500)),
    }
}

/// Writes the settings of a game, and files beside them that are never synced.
#[track_caller]
pub fn settings(pack: &Path, seed: u64) {
    write(
        &pack.join("options.txt"),
        format!("version:3465\nfov:0.{seed}\nlang:en_us\n"),
    );
    write_noise(&pack.join("servers.dat"), seed, 300);
    write(
        &pack.join("config/sodium-options.json"),
        format!("{{\"quality\": {seed}}}\n"),
    );
    write(
        &pack.join("config/jei/bookmarks.ini"),
        format!("item:{seed}\n"),
    );
    write(&pack.join("logs/latest.log"), format!("session {seed}\n"));
    write_noise(&pack.join("mods/sodium.jar"), 1, 5_000);
}

/// File names in a world that have been trouble somewhere and can exist on every Unix.
#[cfg(unix)]
pub const ODD_NAMES: &[&str] = &[
    " leading space",
    "-rf",
    "$HOME ${PATH} $$",
    "[a-z]*?.dat",
    "back\\slash",
    "quote\"'`",
    "#hash !bang ~tilde",
    "tab\there",
    "new\nline",
    "trailing newline\n",
    "carriage\rreturn",
    "caf\u{e9}",
    "e\u{301} decomposed",
    "\u{2603} \u{1f3ae} \u{65e5}\u{672c}",
    "{a,b} (c) &;|<>",
    "..almost parent",
    "%APPDATA%",
];

/// File names that every system allows, Windows included.
pub const UNUSUAL_NAMES: &[&str] = &[
    " leading space",
    "-rf",
    "$HOME $$",
    "[a-z].dat",
    "#hash !bang ~tilde",
    "caf\u{e9}",
    "\u{2603} \u{1f3ae} \u{65e5}\u{672c}",
    "{a,b} (c) &;",
    "..almost parent",
    "%APPDATA%",
];

/// Adds what is easily lost to a world: files with these names (a folder for every third), files of
/// no bytes, empty folders, and on Unix mode bits.
#[track_caller]
pub fn oddities(pack: &Path, name: &str, names: &[&str]) {
    let folder = pack.join("saves").join(name).join("odd");
    for (number, odd) in names.iter().enumerate() {
        if number % 3 == 2 {
            write_noise(&folder.join(odd).join(odd), 1, 100);
        } else {
            write_noise(&folder.join(odd), 1, 100);
        }
    }
    write_noise(&folder.join("empty.dat"), 1, 0);
    fs::create_dir_all(folder.join("empty/below/it")).unwrap();
    #[cfg(unix)]
    for (file, mode) in [
        ("private.dat", 0o600),
        ("run.sh", 0o755),
        ("frozen.dat", 0o444),
    ] {
        write_noise(&folder.join(file), 1, 100);
        let mode = std::os::unix::fs::PermissionsExt::from_mode(mode);
        fs::set_permissions(folder.join(file), mode).unwrap();
    }
}
