//! How the windows look: Prism Launcher's dark theme, and a clear large button for each thing to do.

use std::sync::Arc;

use eframe::egui::{
    self, Color32, Context, CornerRadius, FontData, FontDefinitions, FontFamily, FontId, Margin,
    Stroke, TextStyle, Theme, Vec2, Visuals, style::ScrollStyle,
};

/// Behind everything.
pub const WINDOW: Color32 = Color32::from_rgb(0x31, 0x31, 0x31);
/// A group of things.
pub const CARD: Color32 = Color32::from_rgb(0x2a, 0x2a, 0x2a);
/// A thing in a group, and fields to type in.
pub const TILE: Color32 = Color32::from_rgb(0x22, 0x22, 0x22);
/// What is chosen, and how far a work is.
pub const ACCENT: Color32 = Color32::from_rgb(0x1b, 0x7f, 0xb8);
/// The accent under the pointer.
pub const ACCENT_LIGHT: Color32 = Color32::from_rgb(0x2f, 0xa3, 0xc6);
/// A good thing: the later version.
pub const GREEN: Color32 = Color32::from_rgb(0x96, 0xdb, 0x59);
/// What needs a look.
pub const AMBER: Color32 = Color32::from_rgb(0xf2, 0xb8, 0x4b);
/// What went wrong.
pub const RED: Color32 = Color32::from_rgb(0xff, 0x8a, 0x80);
/// Text.
pub const TEXT: Color32 = Color32::from_rgb(0xf2, 0xf2, 0xf2);
/// Text that explains: 7 to 1 on [`WINDOW`].
pub const WEAK: Color32 = Color32::from_rgb(0xc3, 0xc3, 0xc3);
/// Lines around things.
pub const LINE: Color32 = Color32::from_rgb(0x4a, 0x4a, 0x4a);

/// Around the contents of a window.
pub const MARGIN: i8 = 24;

const CORNER: CornerRadius = CornerRadius::same(4);

/// Returns the font of names and buttons.
pub fn bold(size: f32) -> FontId {
    FontId::new(size, FontFamily::Name("bold".into()))
}

/// Returns the font of everything else.
pub fn plain(size: f32) -> FontId {
    FontId::proportional(size)
}

/// Gives a window its look.
pub fn apply(context: &Context) {
    context.set_fonts(fonts());
    context.set_theme(Theme::Dark);
    context.all_styles_mut(|style| {
        style.visuals = visuals();
        style.spacing.item_spacing = Vec2::new(10.0, 6.0);
        style.spacing.button_padding = Vec2::new(14.0, 8.0);
        style.spacing.window_margin = Margin::same(MARGIN);
        // A bar that is seen says that there is more; it stands in the margin.
        style.spacing.scroll = ScrollStyle {
            floating_allocated_width: 0.0,
            ..ScrollStyle::thin()
        };
        // What moves by itself costs the processor of a handheld.
        style.animation_time = 0.0;
        style.scroll_animation = egui::style::ScrollAnimation::none();
        style.text_styles = [
            (TextStyle::Heading, bold(21.0)),
            (TextStyle::Body, plain(14.0)),
            (TextStyle::Button, bold(14.0)),
            (TextStyle::Small, plain(12.5)),
            (TextStyle::Monospace, FontId::monospace(13.0)),
        ]
        .into();
    });
}

fn visuals() -> Visuals {
    let mut visuals = Visuals::dark();
    visuals.override_text_color = Some(TEXT);
    visuals.weak_text_color = Some(WEAK);
    visuals.panel_fill = WINDOW;
    visuals.window_fill = WINDOW;
    visuals.extreme_bg_color = TILE;
    visuals.hyperlink_color = ACCENT_LIGHT;
    visuals.selection.bg_fill = ACCENT;
    visuals.selection.stroke = Stroke::new(1.0, TEXT);
    // A cursor that blinks draws the window twice a second.
    visuals.text_cursor.blink = false;
    let states = &mut visuals.widgets;
    for (state, fill, line) in [
        (&mut states.noninteractive, WINDOW, LINE),
        (
            &mut states.inactive,
            Color32::from_rgb(0x45, 0x45, 0x45),
            LINE,
        ),
        (
            &mut states.hovered,
            Color32::from_rgb(0x52, 0x52, 0x52),
            Color32::from_rgb(0x70, 0x70, 0x70),
        ),
        (
            &mut states.active,
            Color32::from_rgb(0x3a, 0x3a, 0x3a),
            TEXT,
        ),
        (&mut states.open, CARD, LINE),
    ] {
        state.bg_fill = fill;
        state.weak_bg_fill = fill;
        state.bg_stroke = Stroke::new(1.0, line);
        state.corner_radius = CORNER;
        state.expansion = 0.0;
        state.fg_stroke = Stroke::new(1.0, TEXT);
    }
    visuals
}

/// Inter (see fonts/OFL.txt) before egui's own fonts, which have symbols; the system's come after them.
fn fonts() -> FontDefinitions {
    let mut fonts = FontDefinitions::default();
    let own = [
        (
            "Inter",
            FontFamily::Proportional,
            &include_bytes!("fonts/Inter-Regular.otf")[..],
        ),
        (
            "Inter SemiBold",
            FontFamily::Name("bold".into()),
            &include_bytes!("fonts/Inter-SemiBold.otf")[..],
        ),
    ];
    let others = fonts
        .families
        .get(&FontFamily::Proportional)
        .cloned()
        .unwrap_or_default();
    for (name, family, bytes) in own {
        let data = Arc::new(FontData::from_static(bytes));
        fonts.font_data.insert(name.to_owned(), data);
        let mut names = vec![name.to_owned()];
        names.extend(others.iter().cloned());
        fonts.families.insert(family, names);
    }
    fonts
}
