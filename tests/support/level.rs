//! A world's `level.dat`, as the game writes it.

use std::io::{Read as _, Write as _};

/// A world on its day 412, called `name` and played for so many ticks: NBT, packed.
pub fn level(name: &str, ticks: i64) -> Vec<u8> {
    let tag = |kind: u8, name: &str, payload: &[u8]| {
        let length = u16::try_from(name.len()).unwrap().to_be_bytes();
        [&[kind][..], &length, name.as_bytes(), payload].concat()
    };
    let text = [
        &u16::try_from(name.len()).unwrap().to_be_bytes(),
        name.as_bytes(),
    ]
    .concat();
    let data = [
        tag(4, "DayTime", &(24_000 * 412_i64).to_be_bytes()),
        tag(8, "LevelName", &text),
        tag(4, "Time", &ticks.to_be_bytes()),
        tag(3, "GameType", &0_i32.to_be_bytes()),
        vec![0],
    ];
    let whole = [tag(10, "", &tag(10, "Data", &data.concat())), vec![0]].concat();
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    packed.write_all(&whole).unwrap();
    packed.finish().unwrap()
}

/// Its NBT.
#[track_caller]
pub fn unpacked(level: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut packed = flate2::read::GzDecoder::new(level);
    packed.read_to_end(&mut bytes).unwrap();
    bytes
}
