use super::close;

#[test]
fn what_is_not_known_is_taken_for_what_is_like_it() {
    let known = [
        "saves/World",
        "saves/My World",
        "saves/Skyblock",
        "options.txt",
    ];
    let meant = |name| close(name, known.into_iter());
    assert_eq!(meant("World"), ["saves/World"]);
    assert_eq!(meant("saves/world"), ["saves/World", "saves/My World"]);
    assert_eq!(meant("saves/Skyblok"), ["saves/Skyblock"]);
    assert_eq!(meant("option.txt"), ["options.txt"]);
    assert_eq!(meant("saves/Quite Another"), [""; 0]);
}
