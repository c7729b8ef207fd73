# What is said of the game folder and of what is configured there: src/workdir, src/config, src/domain.

# Files and folders
folder-not-made = cannot make { $path }
folder-is-writable = Is the game folder writable? Nothing was changed.
file-not-opened = cannot open { $path }
file-not-read = cannot read { $path }
file-not-written = cannot write { $path }
file-not-removed = cannot remove { $path }
file-not-locked = cannot lock { $path }
file-not-looked-at = cannot look at { $path }
file-if-disk-full = If the disk is full, free some space and run the command again. The old file is still there.
file-odd = { $path } is not what it should be
file-left = { $path } was left as it is.
file-is-a-list = a list stands where an object, {"{"}"name": value, ...{"}"}, belongs
file-of-newer-program = { $path } was written by a newer version of instance-sync (schema { $schema }, this one knows { $newest })
file-update-program = Update instance-sync on this device; the file was left as it is.

# sync.json
marker-repair = Repair the file, or opt in again: instance-sync setup --force { $folder }. The saves were not touched.
marker-missing = { $folder } is not opted in
marker-opt-in = Opt in with: instance-sync setup
account-unusable = { $account } cannot be an account name
account-use = Use letters, digits, '-', '_', '.', '@' and '+'.
profile-unknown = unknown profile { $profile }: use minecraft or custom

# The address of the cloud
address-empty = the URL is empty
address-control-character = the URL holds control characters
address-holds-token = the URL holds credentials: leave them out, they belong into the token
address-holds-credentials = the URL holds credentials: give them to restic by its environment or config
address-form = the URL is not of the form https://host[:port][/prefix]
address-file-not-absolute = a file:// URL needs an absolute path
address-for-browser = this link is to be opened in a browser: it makes an account, or sets its password anew
address-for-browser-hint = Nothing was sent yet. Open it in a browser first. The page that follows shows, for each device, what instance-sync setup asks for: the server's address and a token.
address-unknown = the URL is neither https://host[:port][/prefix], nor an absolute path, nor a restic location such as s3:, sftp: or rclone:

# scope.json
scope-missing = the profile { $profile } needs { $path }
scope-write-one = Write what to sync, for example {"{"}"include": ["saves/*"]{"}"}. Nothing was synced.
scope-repair = Repair the file; nothing was synced.
policy-unknown = unknown policy { $policy }: use one of { $names }
pattern-missing = the pattern { $pattern } is missing: a scope needs at least one path to include
pattern-not-relative = the pattern { $pattern } must be relative to the game folder, without empty parts, '.' or '..'
pattern-unusable = the pattern { $pattern } is not a usable pattern
pattern-of-own-folder = the pattern { $pattern } names instance-sync's own folder, which is never synced
pattern-stars = the pattern { $pattern } has '**' beside other characters
pattern-not-glob = the pattern { $pattern } is not a glob: { $why }
pattern-too-complicated = the pattern { $pattern } is too complicated, alone or with those before it
pattern-slash-inside = the pattern { $pattern } has '/' inside brackets or braces, or behind a backslash; write one pattern for each

# Ids, paths and records
id-no-ulid = { $id } is not a ULID (26 characters of 0-9 and A-Z without I, L, O, U)
id-no-instance = { $id } is not an instance: 26 zeros stand for the account's list of instances
id-no-snapshot = { $id } is not a snapshot id (64 characters of 0-9 and a-f)
dot-odd = { $dot } is not a dot (REPLICA:COUNTER)
digest-odd = not a SHA-256 sum
path-outside = { $path } is not a path inside the game folder
record-state-odd = a unit's state does not fit its digest
record-of-another-instance = it belongs to the instance { $instance }
record-vector-odd = its version vector does not cover itself
record-list-odd = the file list of { $unit } does not match its digest
record-list-unnamed = it lists files of { $unit }, which it does not name

# Names that not every system can have
name-character = it holds a character that Windows does not allow in names
name-end = it ends with a dot or a space
name-of-windows-device = it is the name of a device on Windows
name-like-another = its name and that of { $other } differ only by case
name-two-alike = { $other } and { $path } differ only by case

# How long ago
ago-moment = just now
ago-minutes =
    { $number ->
        [one] { $number } minute ago
       *[other] { $number } minutes ago
    }
ago-hours =
    { $number ->
        [one] { $number } hour ago
       *[other] { $number } hours ago
    }
ago-days =
    { $number ->
        [one] { $number } day ago
       *[other] { $number } days ago
    }
ago-on = on { $day }
ago-on-by-its-clock = on { $day } (by its clock)

# What cannot be synced
scan-name-not-unicode = its name is not valid Unicode and cannot travel; it was left out
scan-link-upwards = it is a link to a folder that holds the game folder; it was left out
scan-link-inside = it is a link; links inside a save are not synced
scan-link-leads-nowhere = it is a link that leads nowhere, or it may not be read
scan-neither-file-nor-folder = it is neither a file nor a folder; it was left out
scan-no-thread = the system has no thread to look at it

# Putting files in place
swap-unfinished = The swap is not finished; nothing is lost. Close whatever uses the game folder and run instance-sync pull again: it carries on from here.
swap-not-moved = cannot move { $path } to undo
swap-folder-not-removed = cannot remove the folder { $path }
swap-folder-not-made = cannot make the folder { $path }
swap-not-put = cannot put { $path } in its place
swap-not-durable = cannot make changes in { $path } durable
swap-no-free-name = no free name is left in undo
journal-unreadable = A swap was interrupted and its journal cannot be read. Keep .cloud-sync as it is and ask for help: the old files are in .cloud-sync/undo, the new ones in .cloud-sync/staging-*.
journal-no-staging = { $path }: { $staging } is no staging folder
journal-of-another = { $path } belongs to another instance or another copy of this folder
journal-left = It was left alone. Move it away if you know that this folder is as you want it.
staged-not-durable = cannot make the staged { $path } durable
staged-not-read = cannot read the staged { $path }
in-the-way-file = { $path } lies here, is not what would come in its place, and is not synced by this device, so nothing could bring it back; move it away first
in-the-way-link = { $path } is a link, and what lies behind it is not synced; put the folder itself there first
staged-missing = the snapshot does not give it, although it says so
staged-no-file = the snapshot holds no file there
staged-size = the snapshot holds another size than was recorded
staged-content = the snapshot holds other content than was recorded

# What this folder knows
state-old-schema = it has the old schema { $schema }
state-damaged = it is damaged
state-of-another-instance = it belongs to the instance { $instance }

# Another instance-sync
busy-unnamed = another instance-sync still works on this instance after { $seconds } s
busy-named = another instance-sync ({ $command }, process { $process }) still works on this instance after { $seconds } s
busy-wait = Wait until it has ended and run the command again. Nothing was changed.
