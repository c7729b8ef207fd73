//! The pictures in docs/images: written by `make screenshots`, and compared by every test run.

use std::{env, fs::File, io::BufWriter, path::Path};

use eframe::egui::{Key, Vec2};
use egui_kittest::{SnapshotOptions, SnapshotResults, try_image_snapshot_options};
use image::{
    ImageEncoder, RgbaImage,
    codecs::png::{CompressionType, FilterType, PngEncoder},
};
use instance_sync::texts::Language;

use crate::{
    scenes,
    stage::{Setting, Stage},
};

const FOLDER: &str = "docs/images";

/// In both languages, at twice the size: sharp on every screen.
pub fn pictures(name: &str, show: impl Fn(Setting) -> Stage) {
    let mut results = SnapshotResults::new();
    for language in Language::ALL {
        let mut stage = show(Setting {
            language,
            scale: 2.0,
            ..Setting::default()
        });
        // Other processors round in other ways: by four of 256 steps, which nobody sees.
        let options = SnapshotOptions::new().output_path(FOLDER).threshold(8.0);
        let name = format!("window-{name}-{}", language.code());
        let picture = stage.picture();
        results.add(try_image_snapshot_options(&picture, &name, &options));
        if env::var_os("UPDATE_SNAPSHOTS").is_some() {
            pack(&picture, &Path::new(FOLDER).join(format!("{name}.png")));
        }
    }
    results.unwrap();
}

/// Writes a picture as small as it gets.
fn pack(picture: &RgbaImage, path: &Path) {
    let file = BufWriter::new(File::create(path).unwrap());
    let encoder = PngEncoder::new_with_quality(file, CompressionType::Best, FilterType::NoFilter);
    let colours = image::DynamicImage::from(picture.clone()).into_rgb8();
    let (width, height) = colours.dimensions();
    let kind = image::ExtendedColorType::Rgb8;
    encoder
        .write_image(colours.as_raw(), width, height, kind)
        .unwrap();
}

#[test]
fn screenshots_of_a_conflict() {
    let icons = tempfile::tempdir().unwrap();
    pictures("conflict", |setting| {
        setting.conflict(scenes::one_world(icons.path()))
    });
}

#[test]
fn screenshots_of_a_conflict_about_several() {
    let icons = tempfile::tempdir().unwrap();
    pictures("conflict-all", |setting| {
        setting.conflict(scenes::three_worlds(icons.path()))
    });
}

#[test]
fn screenshots_of_a_conflict_one_by_one() {
    let icons = tempfile::tempdir().unwrap();
    pictures("conflict-each", |setting| {
        let mut conflict = scenes::three_worlds(icons.path());
        conflict.merging.clear();
        let mut stage = Setting {
            // As a player would draw it, to see all of them.
            size: Some(Vec2::new(860.0, 710.0)),
            ..setting
        }
        .conflict(conflict);
        // The box; then this device, cloud and both of one world after the other.
        stage.tab_to(0);
        stage.press(Key::Space);
        for place in [1, 5, 9] {
            stage.tab_to(place);
            stage.press(Key::Space);
        }
        stage.leave();
        stage
    });
}

#[test]
fn screenshots_of_progress() {
    pictures("progress", |setting| setting.progress(scenes::progress()));
}

#[test]
fn screenshots_of_a_message() {
    pictures("message", |setting| {
        let (text, hints) = match setting.language {
            Language::English => scenes::REFUSED,
            Language::German => scenes::REFUSED_GERMAN,
        };
        setting.message(scenes::message(text, &hints))
    });
}
