//! Pictures of windows, drawn by the processor alone: the same on every machine, with or without a display.
//!
//! It does what egui's own backends do: triangles in gamma space, premultiplied, a pixel at a time.

use std::{collections::HashMap, mem};

use eframe::egui::{
    ClippedPrimitive, Color32, Context, FullOutput, Rect, TextureFilter, TextureId, TextureOptions,
    TexturesDelta,
    epaint::{ImageData, ImageDelta, Primitive, Vertex},
};
use image::RgbaImage;

use crate::raster::{self, Area};

/// The textures of one window.
#[derive(Default)]
pub struct Renderer {
    textures: HashMap<TextureId, Texture>,
    /// What is not needed after the picture of this pass.
    stale: Vec<TextureId>,
}

/// A picture that triangles are filled with.
struct Texture {
    width: usize,
    height: usize,
    pixels: Vec<Color32>,
    options: TextureOptions,
}

impl egui_kittest::TestRenderer for Renderer {
    fn handle_delta(&mut self, delta: &mut TexturesDelta) {
        for id in mem::take(&mut self.stale) {
            self.textures.remove(&id);
        }
        for (id, deltas) in delta.set.drain() {
            for delta in deltas {
                self.take(id, &delta);
            }
        }
        self.stale.extend(delta.free.drain());
    }

    fn render(&mut self, context: &Context, output: &FullOutput) -> Result<RgbaImage, String> {
        let scale = output.pixels_per_point;
        let size = context.content_rect().size() * scale;
        let mut canvas = Canvas::new(raster::pixel(size.x), raster::pixel(size.y));
        for primitive in context.tessellate(output.shapes.clone(), scale) {
            self.paint(&mut canvas, &primitive, scale)?;
        }
        canvas.picture()
    }
}

impl Renderer {
    fn take(&mut self, id: TextureId, delta: &ImageDelta) {
        let ImageData::Color(image) = &delta.image;
        let [width, height] = image.size;
        let Some([left, top]) = delta.pos else {
            let texture = Texture {
                width,
                height,
                pixels: image.pixels.clone(),
                options: delta.options,
            };
            self.textures.insert(id, texture);
            return;
        };
        let texture = self.textures.get_mut(&id).expect("a texture to change");
        for (row, line) in image.pixels.chunks(width).enumerate() {
            let from = (top + row) * texture.width + left;
            texture.pixels[from..from + width].copy_from_slice(line);
        }
    }

    fn paint(
        &self,
        canvas: &mut Canvas,
        primitive: &ClippedPrimitive,
        scale: f32,
    ) -> Result<(), String> {
        let Primitive::Mesh(mesh) = &primitive.primitive else {
            return Err("the windows have no callbacks".to_owned());
        };
        let texture = self.textures.get(&mesh.texture_id);
        let texture = texture.ok_or("a texture that nobody has loaded")?;
        let clip = canvas.clip(primitive.clip_rect, scale);
        for corners in mesh.indices.chunks_exact(3) {
            let [a, b, c] =
                [corners[0], corners[1], corners[2]].map(|at| mesh.vertices[at as usize]);
            canvas.triangle([a, b, c], texture, clip, scale);
        }
        Ok(())
    }
}

impl Texture {
    /// The colour at a place from 0 to 1; what is beyond the edge is the edge's.
    fn at(&self, u: f32, v: f32, smooth: bool) -> [f32; 4] {
        let (x, y) = (u * raster::real(self.width), v * raster::real(self.height));
        if !smooth {
            return self.texel(raster::whole(x), raster::whole(y));
        }
        let (x, y) = (x - 0.5, y - 0.5);
        let (left, top) = (raster::whole(x), raster::whole(y));
        let (right, below) = (x - x.floor(), y - y.floor());
        let mut sum = [0.0; 4];
        for (dx, dy, part) in [
            (0, 0, (1.0 - right) * (1.0 - below)),
            (1, 0, right * (1.0 - below)),
            (0, 1, (1.0 - right) * below),
            (1, 1, right * below),
        ] {
            if part > 0.0 {
                let texel = self.texel(left + dx, top + dy);
                for channel in 0..4 {
                    sum[channel] += texel[channel] * part;
                }
            }
        }
        sum
    }

    fn texel(&self, x: i32, y: i32) -> [f32; 4] {
        let within = |at: i32, size: usize| usize::try_from(at).unwrap_or(0).min(size - 1);
        let at = within(y, self.height) * self.width + within(x, self.width);
        self.pixels[at]
            .to_array()
            .map(|channel| f32::from(channel) / 255.0)
    }

    /// Whether it is drawn smoothly where this triangle has so many pixels.
    fn is_smooth(&self, corners: &[Vertex; 3], pixels: f32) -> bool {
        let [a, b, c] = corners.each_ref().map(|corner| corner.uv);
        let texels = ((b - a).x * (c - a).y - (b - a).y * (c - a).x).abs()
            * raster::real(self.width)
            * raster::real(self.height);
        let filter = if texels > pixels {
            self.options.minification
        } else {
            self.options.magnification
        };
        filter == TextureFilter::Linear
    }
}

/// What is drawn so far.
struct Canvas {
    width: i32,
    height: i32,
    /// Red, green and blue: behind a window is nothing that shines through.
    pixels: Vec<[u8; 3]>,
}

impl Canvas {
    fn new(width: i32, height: i32) -> Self {
        let count = usize::try_from(width * height).expect("a size");
        Self {
            width,
            height,
            pixels: vec![[0; 3]; count],
        }
    }

    fn clip(&self, rect: Rect, scale: f32) -> Area {
        Area {
            left: raster::pixel(rect.left() * scale).clamp(0, self.width),
            top: raster::pixel(rect.top() * scale).clamp(0, self.height),
            right: raster::pixel(rect.right() * scale).clamp(0, self.width),
            bottom: raster::pixel(rect.bottom() * scale).clamp(0, self.height),
        }
    }

    fn triangle(&mut self, corners: [Vertex; 3], texture: &Texture, clip: Area, scale: f32) {
        let places = corners.map(|corner| (corner.pos.x * scale, corner.pos.y * scale));
        let colours = corners.map(|corner| corner.color.to_array().map(f32::from));
        let flat = corners
            .iter()
            .all(|corner| corner.uv == corners[0].uv && corner.color == corners[0].color);
        let smooth = texture.is_smooth(&corners, raster::double_area(places).abs());
        let one = texture.at(corners[0].uv.x, corners[0].uv.y, smooth);
        let width = self.width;
        let plain = Paint::new(one, colours[0]);
        raster::fill(places, clip, |x, y, near| {
            let below = &mut self.pixels[usize::try_from(y * width + x).expect("inside")];
            if flat {
                plain.over(below);
                return;
            }
            let parts = near.parts();
            let mix = |of: [f32; 3]| of[0] * parts[0] + of[1] * parts[1] + of[2] * parts[2];
            let [first, second, third] = corners.each_ref().map(|corner| corner.uv);
            let across = mix([first.x, second.x, third.x]);
            let down = mix([first.y, second.y, third.y]);
            let texel = texture.at(across, down, smooth);
            let [first, second, third] = &colours;
            let colour = [0, 1, 2, 3].map(|at| mix([first[at], second[at], third[at]]));
            Paint::new(texel, colour).over(below);
        });
    }

    fn picture(self) -> Result<RgbaImage, String> {
        let bytes = self
            .pixels
            .iter()
            .flat_map(|&[r, g, b]| [r, g, b, 255])
            .collect();
        let [width, height] =
            [self.width, self.height].map(|side| u32::try_from(side).unwrap_or(0));
        RgbaImage::from_raw(width, height, bytes)
            .ok_or_else(|| "a picture of another size".to_owned())
    }
}

/// What is laid over a pixel.
struct Paint {
    /// From 0 to 255, premultiplied.
    colour: [f32; 3],
    /// How much of what is below shines through.
    clear: f32,
    /// The same, where nothing does.
    full: [u8; 3],
}

impl Paint {
    fn new(texel: [f32; 4], colour: [f32; 4]) -> Self {
        let [r, g, b, a] = [0, 1, 2, 3].map(|at| texel[at] * colour[at]);
        Self {
            colour: [r, g, b],
            clear: 1.0 - a / 255.0,
            full: [r, g, b].map(raster::byte),
        }
    }

    fn over(&self, below: &mut [u8; 3]) {
        if self.clear <= 0.0 {
            *below = self.full;
            return;
        }
        for (at, channel) in below.iter_mut().enumerate() {
            *channel = raster::byte(self.colour[at] + f32::from(*channel) * self.clear);
        }
    }
}
