# What keeps a launcher from being wired: src/wiring, src/launchers.

launcher-runs-preview = { $launcher } is running (process { $id }): close it before you run this for good
launcher-runs = { $launcher } is running (process { $id }), and would write over the change
launcher-runs-hint = Close it and run the command again. Its settings were left as they are.
launcher-no-backup = there is no folder for a copy of the file
launcher-set-home = Set HOME. Nothing was changed.
launcher-no-hook = No hook was wired.
launcher-libraries = { $program } needs libraries of this system, which the Flatpak may lack: should its games not start, take the hooks out and use a static build of instance-sync (target musl)
launcher-program-not-unicode = the path of the program that hooks start is not Unicode
launcher-file-left = The file was left as it is.
launcher-apostrophe = a command that is there names the instance's folder, and there is an apostrophe in the path of one: { $launcher } would take the two apart in the wrong place
launcher-apostrophe-hint = Put the command into a script of its own, without the launcher's variables. The file was left as it is.
launcher-not-there = { $path } is not there
launcher-unreadable = cannot read { $path }: { $why }
launcher-unreadable-hint = The file was left as it is. Does the launcher start with it?
launcher-cannot-make = cannot make { $path }
launcher-cannot-write = cannot write { $path }
launcher-cannot-read = cannot read { $path }
launcher-cannot-remove = cannot remove { $path }
launcher-changed = { $path } was changed just now
launcher-changed-hint = Close the launcher and run the command again.
launcher-left = It was left as it is.
launcher-no-place = there is no folder for the program that hooks start
launcher-which-program = cannot tell which program is running
hooks-file-move = Mend { $path }, or move it to another place and run the command again.
hooks-file-lost = Without it, hooks remove still takes each hook out, and leaves the command that was chained to it. What stood there otherwise has to be looked up in the copies of the launchers' files, in backups beside it; and a launcher at an unusual place has to be named with --launcher-dir.
