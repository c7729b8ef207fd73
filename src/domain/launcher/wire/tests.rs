//! Wiring and unwiring by the rules; whole files are in `tests/golden`.

use super::*;

const PROGRAM: &str = "/home/u/is/instance-sync";

fn prism(text: &str) -> File<'_> {
    File {
        kind: LauncherKind::Prism,
        of: Of::Launcher,
        words: Words::Qt,
        bytes: text.as_bytes(),
    }
}

fn atlauncher(text: &str) -> File<'_> {
    File {
        kind: LauncherKind::AtLauncher,
        of: Of::Launcher,
        words: Words::Shell,
        bytes: text.as_bytes(),
    }
}

fn wire(file: File<'_>) -> Edit {
    file.wire(PROGRAM, GameFolder::Variable, &Kept::new())
        .expect("wires")
}

fn again<'a>(file: File<'_>, edit: &'a Edit) -> File<'a> {
    File {
        kind: file.kind,
        of: file.of,
        words: file.words,
        bytes: &edit.bytes,
    }
}

fn text(edit: &Edit) -> &str {
    std::str::from_utf8(&edit.bytes).expect("UTF-8")
}

#[test]
fn wiring_twice_changes_nothing_and_unwiring_brings_every_byte_back() {
    for before in [
        "[General]\nConfigVersion=1.2\n",
        "[General]\nConfigVersion=1.2\nPreLaunchCommand=\nPostExitCommand=\"/x y\" z",
        "[General]\nConfigVersion=1.2\nPostExitCmd=old\n[Other]\nPreLaunchCommand=no\n",
        "ApplicationTheme=dark\nPreLaunchCommand=a b=\"c\"\n",
    ] {
        let file = prism(before);
        let wired = wire(file);
        let slots = again(file, &wired).slots().expect("reads");
        assert!(slots.wired(), "{slots:?}");
        assert!(slots.programs().all(|program| program == PROGRAM));
        let twice = again(file, &wired)
            .wire(PROGRAM, GameFolder::Variable, &wired.kept)
            .expect("wires");
        assert_eq!((twice.changes.len(), &twice.bytes), (0, &wired.bytes));
        let back = again(file, &wired).unwire(&wired.kept).expect("unwires");
        assert_eq!(text(&back), before);
        assert!(back.kept.is_empty());
    }
}

#[test]
fn without_a_memory_the_line_is_enough() {
    let before = "[General]\nConfigVersion=1.2\nPreLaunchCommand=\"\\\"/x y\\\" --a=b, c\"\n";
    let file = prism(before);
    let wired = wire(file);
    let back = again(file, &wired).unwire(&Kept::new()).expect("unwires");
    assert_eq!(text(&back), format!("{before}PostExitCommand=\n"));
}

#[test]
fn a_hook_that_somebody_edited_is_still_ours_and_its_chain_comes_back() {
    let file = prism("[General]\nConfigVersion=1.2\nPreLaunchCommand=first\n");
    let wired = wire(file);
    let edited = text(&wired)
        .replace(" pull ", " pull --on-conflict=keep-both ")
        .replace("first", "second");
    let back = prism(&edited).unwire(&wired.kept).expect("unwires");
    assert_eq!(
        text(&back),
        "[General]\nConfigVersion=1.2\nPreLaunchCommand=second\n"
    );
}

#[test]
fn a_hook_by_hand_gets_the_program_and_keeps_its_options() {
    let file = prism(
        "[General]\nConfigVersion=1.2\nPreLaunchCommand=\"/opt/instance-sync pull -g --on-conflict=newest\"\n",
    );
    let wired = wire(file);
    let slots = again(file, &wired).slots().expect("reads");
    let expected = format!("\"{PROGRAM}\" pull -g --on-conflict=newest");
    assert_eq!(slots.pre_launch.command, Some(expected));
    assert!(
        wired.notes[0].contains("/opt/instance-sync"),
        "{:?}",
        wired.notes
    );
}

#[test]
fn what_was_switched_off_is_not_run_and_comes_back() {
    let before = "{\n  \"enableCommands\": false,\n  \"preLaunchCommand\": \"rm x\",\n  \"postExitCommand\": null\n}";
    let file = atlauncher(before);
    let wired = wire(file);
    assert!(!text(&wired).contains("rm x") && text(&wired).contains("\"enableCommands\": true"));
    assert!(wired.notes[0].contains("rm x"));
    let back = again(file, &wired).unwire(&wired.kept).expect("unwires");
    assert_eq!(text(&back), before);
    let forgotten = again(file, &wired).unwire(&Kept::new()).expect("unwires");
    assert!(text(&forgotten).contains("\"preLaunchCommand\": null"));
}

#[test]
fn commands_stay_switched_on_where_something_else_needs_them() {
    let file = atlauncher("{\"enableCommands\": false}");
    let wired = wire(file);
    let with = |text: String| atlauncher(&text).unwire(&wired.kept).expect("unwires");
    let wrapped = text(&wired).replace('{', "{\"wrapperCommand\": \"gamemoderun\", ");
    assert!(text(&with(wrapped)).contains("\"enableCommands\": true"));
    let chained = text(&wired).replace("INST_MC_DIR\\\"", "INST_MC_DIR\\\" -- notify");
    let back = with(chained);
    assert!(
        text(&back).contains("\"enableCommands\": true")
            && text(&back).contains("\"preLaunchCommand\": \"notify\"")
    );
}

#[test]
fn a_wrapper_that_is_switched_off_is_not_switched_on() {
    let file = atlauncher("{\"enableCommands\": false, \"wrapperCommand\": \"x\"}");
    let error = file
        .wire(PROGRAM, GameFolder::Variable, &Kept::new())
        .expect_err("refuses");
    assert!(error.contains("wrapperCommand"), "{error}");
}

#[test]
fn a_line_that_does_more_is_left_to_its_author() {
    let file = atlauncher(
        "{\"enableCommands\": true, \"preLaunchCommand\": \"/x/instance-sync pull && notify\"}",
    );
    assert!(
        file.unwire(&Kept::new())
            .expect_err("refuses")
            .contains("&& notify")
    );
}

#[test]
fn a_line_of_somebody_else_is_left_alone() {
    let before = "[General]\nConfigVersion=1.2\nPreLaunchCommand=other pull\n";
    let back = prism(before).unwire(&Kept::new()).expect("reads");
    assert_eq!((text(&back), back.changes.len()), (before, 0));
}

#[test]
fn an_instance_of_atlauncher_keeps_what_it_leaves_to_the_launcher() {
    let before = "{\"uuid\": 1, \"launcher\": {\"preLaunchCommand\": \"a && b\", \"postExitCommand\": null}}";
    let file = File {
        of: Of::Instance,
        ..atlauncher(before)
    };
    assert!(file.slots().expect("reads").in_force);
    let wired = wire(file);
    assert!(text(&wired).contains("\"postExitCommand\": null"));
    assert!(text(&wired).contains("/bin/sh -c 'a && b'"));
    let back = again(file, &wired).unwire(&wired.kept).expect("unwires");
    assert_eq!(text(&back), before);
}

#[test]
fn a_comment_that_would_cut_the_line_is_noticed() {
    let file = File {
        kind: LauncherKind::MultiMc,
        ..prism("PreLaunchCommand=a # b\n")
    };
    let error = file.wire("/x#y/instance-sync", GameFolder::Variable, &Kept::new());
    assert!(error.expect_err("refuses").contains("in the way"));
    assert!(
        file.wire(PROGRAM, GameFolder::Variable, &Kept::new())
            .is_ok()
    );
}

#[test]
fn commands_of_an_instance_hide_those_of_the_launcher() {
    let ours = || Slot {
        command: Some("ours".to_owned()),
        program: Some(PROGRAM.to_owned()),
        starts: Some(PROGRAM.to_owned()),
        chained: None,
    };
    let theirs = || Slot {
        command: Some("theirs".to_owned()),
        ..Slot::default()
    };
    let slots = |pre_launch: Slot, post_exit: Slot| Slots {
        pre_launch,
        post_exit,
        wrapper: Slot::default(),
        in_force: true,
        switched_off: false,
    };
    let (both, pre, post) = (
        slots(ours(), ours()),
        slots(ours(), theirs()),
        slots(theirs(), ours()),
    );
    let none = slots(Slot::default(), Slot::default());
    let idle = Slots {
        in_force: false,
        ..both.clone()
    };
    let off = Slots {
        switched_off: true,
        ..none.clone()
    };
    for (slots, wired, programs, prism, atlauncher) in [
        (&both, true, 2, false, false),
        (&pre, false, 1, true, true),
        (&post, false, 1, true, true),
        (&none, false, 0, true, false),
        (&idle, false, 2, false, false),
        (&off, false, 0, true, true),
    ] {
        let told = (slots.wired(), slots.any(), slots.programs().count());
        assert_eq!(told, (wired, programs > 0, programs), "{slots:?}");
        let hides =
            [LauncherKind::Prism, LauncherKind::AtLauncher].map(|kind| slots.hide(kind, &both));
        assert_eq!(hides, [prism, atlauncher], "{slots:?}");
    }
    // Nothing is hidden where there is nothing: neither by no command, nor by a wrapper of its own.
    let wrapped = Slots {
        wrapper: theirs(),
        ..none.clone()
    };
    for slots in [&none, &wrapped] {
        assert!(!slots.hide(LauncherKind::AtLauncher, &none), "{slots:?}");
    }
    let by_wrapper = Slots {
        wrapper: ours(),
        ..none.clone()
    };
    assert!(wrapped.hide(LauncherKind::AtLauncher, &by_wrapper));
    // What the launcher has besides still does it.
    assert!(!slots(theirs(), Slot::default()).hide(LauncherKind::AtLauncher, &by_wrapper));
    let by_all = Slots {
        wrapper: ours(),
        ..both.clone()
    };
    assert!(!wrapped.hide(LauncherKind::AtLauncher, &by_all));
}

#[test]
fn an_instance_of_atlauncher_counts_where_it_says_anything_itself() {
    for (own, in_force, switched_off) in [
        ("", false, false),
        ("\"preLaunchCommand\": \"a\"", true, false),
        ("\"postExitCommand\": \"a\"", true, false),
        ("\"enableCommands\": true", true, false),
        ("\"enableCommands\": false", true, true),
    ] {
        let text = format!("{{\"uuid\": 1, \"launcher\": {{{own}}}}}");
        let file = File {
            of: Of::Instance,
            ..atlauncher(&text)
        };
        let slots = file.slots().expect("reads");
        let told = (slots.in_force, slots.switched_off);
        assert_eq!(told, (in_force, switched_off), "{own}");
    }
    let launcher = atlauncher("{\"enableCommands\": false}");
    assert!(!launcher.slots().expect("reads").switched_off);
}

#[test]
fn a_command_under_its_old_name_is_chained_as_well() {
    let file = prism("[General]\nConfigVersion=1.2\nPostExitCmd=old one\n");
    let wired = wire(file);
    assert!(text(&wired).contains("-- old one"), "{}", text(&wired));
    assert!(wired.notes.is_empty(), "{:?}", wired.notes);
}

#[test]
fn a_command_that_somebody_put_in_later_is_not_switched_off_with_the_hooks() {
    let file = atlauncher("{\"enableCommands\": false}");
    let wired = wire(file);
    let hook = again(file, &wired).slots().expect("reads").post_exit;
    let hook = hook.command.expect("wired").replace('"', "\\\"");
    let theirs = text(&wired).replace(&hook, "notify");
    assert!(
        theirs.contains("\"postExitCommand\": \"notify\""),
        "{theirs}"
    );
    let back = atlauncher(&theirs).unwire(&wired.kept).expect("unwires");
    assert!(text(&back).contains("\"enableCommands\": true"));
}

#[test]
fn a_command_of_an_instance_that_is_switched_on_is_chained() {
    let before =
        "{\"uuid\": 1, \"launcher\": {\"enableCommands\": true, \"preLaunchCommand\": \"mine\"}}";
    let file = File {
        of: Of::Instance,
        ..atlauncher(before)
    };
    let wired = wire(file);
    assert!(text(&wired).contains("-c 'mine'"), "{}", text(&wired));
    assert!(wired.notes.is_empty(), "{:?}", wired.notes);
}

#[test]
fn a_hook_of_the_same_program_in_the_wrong_place_is_corrected_without_a_note() {
    let text = format!("[General]\nConfigVersion=1.2\nPreLaunchCommand={PROGRAM} push -g\n");
    let wired = wire(prism(&text));
    let slots = again(prism(&text), &wired).slots().expect("reads");
    let expected = format!("\"{PROGRAM}\" pull -g");
    assert_eq!(slots.pre_launch.command, Some(expected));
    assert!(wired.notes.is_empty(), "{:?}", wired.notes);
}
