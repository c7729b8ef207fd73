//! Pictures of worlds, from the game folder.

use std::{
    collections::HashMap,
    fs::File,
    io::{BufReader, Read},
    path::{Path, PathBuf},
};

use eframe::egui::{
    ColorImage, Context, Image, TextureFilter, TextureHandle, TextureOptions, Ui, Vec2,
};
use image::{ImageReader, Limits};

use super::widgets;

/// No picture of a world is larger: Minecraft's have 64 pixels a side.
const LARGEST: u64 = 1 << 20;
const WIDEST: u32 = 1024;

/// The pictures that were read so far.
#[derive(Default)]
pub struct Icons {
    known: HashMap<PathBuf, Option<TextureHandle>>,
}

impl Icons {
    /// Shows a picture, or the first letter of a name where there is none that can be read.
    pub fn show(&mut self, ui: &mut Ui, path: Option<&Path>, name: &str, side: f32) {
        let texture = path.and_then(|path| {
            let read = || load(ui.ctx(), path);
            let known = self.known.entry(path.to_owned());
            known.or_insert_with(read).clone()
        });
        match texture {
            Some(texture) => {
                let image = Image::new((texture.id(), Vec2::splat(side)));
                ui.add(image.corner_radius(4.0));
            }
            None => widgets::letter(ui, name, side),
        }
    }
}

fn load(context: &Context, path: &Path) -> Option<TextureHandle> {
    let image = decode(File::open(path).ok()?)?;
    // Minecraft's own are small, and meant to be seen as pixels; none of which is left out.
    let options = TextureOptions {
        minification: TextureFilter::Linear,
        ..TextureOptions::NEAREST
    };
    Some(context.load_texture(path.display().to_string(), image, options))
}

/// Decodes a PNG file of moderate size.
fn decode(file: impl Read) -> Option<ColorImage> {
    let mut bytes = Vec::new();
    BufReader::new(file.take(LARGEST))
        .read_to_end(&mut bytes)
        .ok()?;
    let mut reader = ImageReader::new(std::io::Cursor::new(bytes));
    reader.set_format(image::ImageFormat::Png);
    let mut limits = Limits::default();
    limits.max_image_width = Some(WIDEST);
    limits.max_image_height = Some(WIDEST);
    limits.max_alloc = Some(16 << 20);
    reader.limits(limits);
    let image = reader.decode().ok()?.into_rgba8();
    let size = [image.width(), image.height()].map(|side| usize::try_from(side).unwrap_or(0));
    Some(ColorImage::from_rgba_unmultiplied(size, image.as_raw()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_that_is_none_or_too_large_is_left_out() {
        let png = |side: u32| {
            let mut bytes = std::io::Cursor::new(Vec::new());
            let image = image::RgbaImage::from_pixel(side, side, image::Rgba([1, 2, 3, 255]));
            image
                .write_to(&mut bytes, image::ImageFormat::Png)
                .expect("encodes");
            bytes.into_inner()
        };
        let image = decode(png(64).as_slice()).expect("a picture");
        assert_eq!(image.size, [64, 64]);
        assert!(decode(png(2000).as_slice()).is_none());
        assert!(decode(&b"no picture"[..]).is_none());
        assert!(decode(&png(64)[..100]).is_none());
    }
}
