//! What a backup could not read: files of the folder, or what the repository had of the parent.

use super::messages::FileError;

/// What restic says where the parent's folders or contents are gone or damaged. It ends with code 3,
/// as if a file had not been read; and it has read them all, and saved them anew.
const OF_PARENT: [&str; 3] = [
    "is not known; the repository could be damaged",
    "could not be loaded; the repository could be damaged",
    "not found in the repository index; storing the file again",
];

/// The first of each kind, in restic's words.
#[derive(Debug, Default)]
pub struct Unread {
    /// A file of the folder.
    pub file: Option<String>,
    /// Something of the parent.
    pub parent: Option<String>,
}

impl Unread {
    /// Notes one error.
    pub fn note(&mut self, error: &FileError) {
        let text = &error.error.message;
        let kind = if OF_PARENT.iter().any(|words| text.contains(words)) {
            &mut self.parent
        } else {
            &mut self.file
        };
        kind.get_or_insert_with(|| text.clone());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn noted(messages: &[&str]) -> Unread {
        let mut unread = Unread::default();
        for message in messages {
            let json = serde_json::json!({"error": {"message": message}, "item": "/x"});
            unread.note(&serde_json::from_value(json).expect("an error"));
        }
        unread
    }

    #[test]
    fn what_is_about_the_parent_is_told_from_files_that_cannot_be_read() {
        let parent = [
            "/: tree f1dc is not known; the repository could be damaged, run `repair index` to try to repair it",
            "tree 8619 could not be loaded; the repository could be damaged: ReadFull(<data/1e5d>): gone",
            "/p/saves/A/r: parts of saves/A/r not found in the repository index; storing the file again",
        ];
        for text in parent {
            let unread = noted(&[text]);
            assert_eq!((unread.file, unread.parent), (None, Some(text.to_owned())));
        }
        let file = "open /p/saves/A/r: permission denied";
        let unread = noted(&[parent[0], file]);
        assert_eq!(unread.file.as_deref(), Some(file));
        assert!(unread.parent.is_some());
    }
}
