//! Not coming to the front: after a game the player does other things.

use eframe::CreationContext;

/// Lets the window that is about to appear leave the keys where they are.
///
/// On X11 a window says so by [`_NET_WM_USER_TIME` 0][spec], which no library for windows sets. Elsewhere
/// there is another way, or the system sees to it itself.
///
/// [spec]: https://specifications.freedesktop.org/wm-spec/latest/ar01s05.html
#[cfg(target_os = "linux")]
pub fn leave(created: &CreationContext<'_>) {
    use raw_window_handle::{HasWindowHandle, RawWindowHandle};
    use x11rb::{
        connection::Connection,
        protocol::xproto::{AtomEnum, ConnectionExt as _, PropMode},
        wrapper::ConnectionExt as _,
    };

    let window = match created.window_handle().map(|handle| handle.as_raw()) {
        Ok(RawWindowHandle::Xlib(handle)) => u32::try_from(handle.window).ok(),
        Ok(RawWindowHandle::Xcb(handle)) => Some(handle.window.get()),
        _ => None,
    };
    let say = |window| -> Result<(), Box<dyn std::error::Error>> {
        let (display, _) = x11rb::connect(None)?;
        let name = b"_NET_WM_USER_TIME";
        let time = display.intern_atom(false, name)?.reply()?.atom;
        let number = AtomEnum::CARDINAL;
        display
            .change_property32(PropMode::REPLACE, window, time, number, &[0])?
            .check()?;
        display.flush()?;
        Ok(())
    };
    if let Some(window) = window {
        // At worst the window comes to the front.
        let _ = say(window);
    }
}

/// Windows and macOS open it without focus where they are asked to.
#[cfg(not(target_os = "linux"))]
pub fn leave(_: &CreationContext<'_>) {}
