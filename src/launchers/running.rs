//! Is a launcher running? Then it would write over what is changed in its files.
//!
//! One with another home works on other files, and is left aside.

use std::path::Path;

use crate::{config::layout::real, domain::launcher::kind::LauncherKind};

/// Returns the id of a process of this user that is the launcher, whichever data folder it works on.
pub fn process_of(kind: LauncherKind) -> Option<u32> {
    processes(|words| is_launcher(kind, words))
}

/// Returns whether a command line is that of the launcher: by the name of its program, or of what a
/// shell or java runs.
fn is_launcher(kind: LauncherKind, words: &[String]) -> bool {
    let names = words.iter().map(|word| {
        let name = word.rsplit(['/', '\\']).next().unwrap_or(word);
        name.to_ascii_lowercase()
    });
    let names: Vec<String> = names.collect();
    let Some(program) = names.first() else {
        return false;
    };
    let bare = program.strip_suffix(".exe").unwrap_or(program);
    // NixOS wraps programs, and names the inner one so.
    let bare = bare
        .strip_prefix('.')
        .and_then(|bare| bare.strip_suffix("-wrapped"))
        .unwrap_or(bare);
    let script = matches!(bare, "sh" | "bash" | "dash");
    let script = script.then(|| names.get(1).map(String::as_str)).flatten();
    let is = |name: &str| bare == name || script == Some(name);
    match kind {
        LauncherKind::Prism => {
            is("prismlauncher") || bare.starts_with("prismlauncher-") && bare.ends_with(".appimage")
        }
        LauncherKind::MultiMc => is("multimc"),
        LauncherKind::AtLauncher => {
            let java = matches!(bare, "java" | "javaw");
            let jar = names.iter().skip_while(|word| *word != "-jar").nth(1);
            let ours = |jar: &String| {
                let stem = jar.strip_suffix(".jar");
                stem.is_some_and(|stem| stem.starts_with("atlauncher"))
            };
            is("atlauncher") || java && jar.is_some_and(ours)
        }
    }
}

/// Looks at the command lines of this user's processes.
#[cfg(target_os = "linux")]
fn processes(is_it: impl Fn(&[String]) -> bool) -> Option<u32> {
    use std::{fs, os::unix::fs::MetadataExt as _};
    let me = rustix::process::getuid().as_raw();
    let own = std::process::id();
    for entry in fs::read_dir("/proc").ok()?.flatten() {
        let Some(id) = entry
            .file_name()
            .to_str()
            .and_then(|name| name.parse().ok())
        else {
            continue;
        };
        if id == own
            || entry
                .metadata()
                .map_or(true, |metadata| metadata.uid() != me)
        {
            continue;
        }
        let folder = entry.path();
        let line = fs::read(folder.join("cmdline")).unwrap_or_default();
        let words = line
            .split(|byte| *byte == 0)
            .filter(|word| !word.is_empty());
        let words: Vec<String> = words
            .map(|word| String::from_utf8_lossy(word).into_owned())
            .collect();
        // A program can call itself what it likes; its file has its own name.
        let real = fs::read_link(folder.join("exe"))
            .ok()
            .map(|exe| program_of(&exe));
        if is_it(&words) || real.is_some_and(|real| is_it(&[real])) {
            let variables = fs::read(folder.join("environ")).unwrap_or_default();
            let home = variables
                .split(|byte| *byte == 0)
                .find_map(|one| one.strip_prefix(b"HOME="));
            if is_here(home.map(|home| String::from_utf8_lossy(home)).as_deref()) {
                return Some(id);
            }
        }
    }
    None
}

/// Returns whether a process with this home can have the same files as this one. One path of two can
/// lead through a link.
fn is_here(home: Option<&str>) -> bool {
    let (Some(theirs), Some(ours)) = (home, std::env::var_os("HOME")) else {
        return true;
    };
    real(Path::new(theirs)) == real(Path::new(&ours))
}

#[cfg(target_os = "linux")]
fn program_of(exe: &Path) -> String {
    let name = exe.to_string_lossy();
    name.strip_suffix(" (deleted)").unwrap_or(&name).to_owned()
}

#[cfg(not(target_os = "linux"))]
fn processes(is_it: impl Fn(&[String]) -> bool) -> Option<u32> {
    use sysinfo::{ProcessRefreshKind, ProcessesToUpdate, System, UpdateKind, get_current_pid};
    let text = |word: &std::ffi::OsStr| word.to_string_lossy().into_owned();
    let mut system = System::new();
    let wanted = ProcessRefreshKind::nothing()
        .with_cmd(UpdateKind::Always)
        .with_exe(UpdateKind::Always)
        .with_environ(UpdateKind::Always);
    system.refresh_processes_specifics(ProcessesToUpdate::All, true, wanted);
    let own = get_current_pid().ok();
    let mut others = system
        .processes()
        .iter()
        .filter(|(id, _)| Some(**id) != own);
    let found = others.find(|(_, process)| {
        let words: Vec<String> = process.cmd().iter().map(|word| text(word)).collect();
        let exe = process.exe().map(Path::as_os_str).unwrap_or(process.name());
        let variables: Vec<String> = process.environ().iter().map(|one| text(one)).collect();
        let home = variables.iter().find_map(|one| one.strip_prefix("HOME="));
        (is_it(&words) || is_it(&[text(exe)])) && is_here(home)
    });
    found.map(|(id, _)| id.as_u32())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn launchers_are_known_by_their_names_and_games_are_not() {
        use LauncherKind::{AtLauncher, MultiMc, Prism};
        for (line, kinds) in [
            ("/usr/bin/prismlauncher --launch x", &[Prism][..]),
            (r"C:\Programs\PrismLauncher\prismlauncher.exe", &[Prism]),
            ("/tmp/.mount_x/usr/bin/prismlauncher", &[Prism]),
            ("/home/u/PrismLauncher-Linux-x86_64.AppImage", &[Prism]),
            ("/nix/store/x/bin/.prismlauncher-wrapped", &[Prism]),
            ("/bin/bash /home/u/prism/PrismLauncher", &[Prism]),
            ("/opt/multimc/bin/MultiMC -d /x", &[MultiMc]),
            (
                "java -Xmx1G -jar /home/u/ATLauncher/ATLauncher.jar",
                &[AtLauncher],
            ),
            ("/usr/bin/java -jar ATLauncher-3.4.40.jar", &[AtLauncher]),
            ("atlauncher", &[AtLauncher]),
            (
                "java -cp /home/u/.local/share/PrismLauncher/libraries/x.jar org.prismlauncher.EntryPoint",
                &[],
            ),
            (
                "java -Djava.library.path=/home/u/ATLauncher/natives -cp a.jar net.minecraft.client.main.Main",
                &[],
            ),
            ("vim prismlauncher.cfg", &[]),
            ("tail -f /home/u/MultiMC", &[]),
            ("", &[]),
        ] {
            let words: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
            for kind in LauncherKind::ALL {
                assert_eq!(
                    is_launcher(kind, &words),
                    kinds.contains(&kind),
                    "{line}: {kind}"
                );
            }
        }
    }
}
