//! `restic backup` and nothing else, in a folder that holds what the desktop's does.

use super::naive::Naive;
use super::scene::{Scene, settle_disk};
use crate::support::{ALICE, repository::copy_folder};

/// Returns one that has pushed everything by now.
///
/// Its repository is a copy of ours, with the same past and keys: what it pushes would be news to
/// our devices, and ours to it.
pub fn bare(scene: &Scene, name: &str) -> Naive {
    let server = scene.world.server();
    let id = format!("{}-{name}", scene.id);
    copy_folder(
        &server.repository_folder(ALICE, &scene.id),
        &server.repository_folder(ALICE, &id),
    );
    let bare = Naive::new(scene, name, &id, scene.port());
    let saves = "saves";
    copy_folder(&scene.desktop.pack.join(saves), &bare.folder().join(saves));
    bare.push();
    settle_disk();
    bare
}
