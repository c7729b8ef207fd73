//! Whose the console is, and what standard input is. On Windows that takes unsafe code: with
//! `leash.rs` this is the only file that has some.

pub use platform::{is_ours_alone, is_script_on_input, leave};

#[cfg(unix)]
mod platform {
    use rustix::fs::{FileType, fstat};

    /// Returns whether this process has a console to itself, as after a double click: never here.
    pub fn is_ours_alone() -> bool {
        false
    }

    /// Leaves the console to whoever else has it.
    pub fn leave() {}

    /// Returns whether standard input is a pipe or a file, from which a script may answer.
    pub fn is_script_on_input() -> bool {
        fstat(rustix::stdio::stdin()).is_ok_and(|found| {
            let kind = FileType::from_raw_mode(found.st_mode);
            matches!(
                kind,
                FileType::Fifo | FileType::Socket | FileType::RegularFile
            )
        })
    }
}

#[cfg(windows)]
#[allow(unsafe_code)]
mod platform {
    use windows_sys::Win32::{
        Foundation::{HANDLE, INVALID_HANDLE_VALUE},
        Storage::FileSystem::{FILE_TYPE_DISK, FILE_TYPE_PIPE, GetFileType},
        System::Console::{FreeConsole, GetConsoleProcessList, GetStdHandle, STD_INPUT_HANDLE},
    };

    /// Returns whether this process has a console to itself, as after a double click. A shell would be in
    /// the list too; without a console there is no list.
    pub fn is_ours_alone() -> bool {
        let mut processes = [0_u32; 2];
        // SAFETY: the system writes at most as many ids as the array has, whose length is given.
        let count = unsafe { GetConsoleProcessList(processes.as_mut_ptr(), 2) };
        count == 1
    }

    /// Leaves the console: one that nobody else has goes away.
    pub fn leave() {
        // SAFETY: it takes nothing, and only detaches this process; what is written there afterwards is lost.
        unsafe { FreeConsole() };
    }

    /// Returns whether standard input is a pipe or a file, from which a script may answer.
    pub fn is_script_on_input() -> bool {
        // SAFETY: it takes a constant, and gives a handle that is not ours to close.
        let input: HANDLE = unsafe { GetStdHandle(STD_INPUT_HANDLE) };
        if input.is_null() || input == INVALID_HANDLE_VALUE {
            return false;
        }
        // SAFETY: the handle is the one that the system has just given.
        let kind = unsafe { GetFileType(input) };
        kind == FILE_TYPE_PIPE || kind == FILE_TYPE_DISK
    }
}

#[cfg(not(any(unix, windows)))]
mod platform {
    use std::io::{self, IsTerminal};

    /// Returns whether this process has a console to itself: never here.
    pub fn is_ours_alone() -> bool {
        false
    }

    /// Leaves the console to whoever else has it.
    pub fn leave() {}

    /// Returns whether a script may answer.
    pub fn is_script_on_input() -> bool {
        !io::stdin().is_terminal()
    }
}
