# What the engine says: src/sync.

# Versions that do not know of each other.

decide-kept-here = { $unit } changed on two sides: this device's is kept; the other version stays in the cloud.
decide-kept-here-as-before = { $unit } changed on two sides: this device's is kept, as decided before; the other version stays in the cloud.
decide-kept-there = { $unit } changed on two sides: that of { $device } is kept; the other version stays in the cloud.
decide-kept-there-as-before = { $unit } changed on two sides: that of { $device } is kept, as decided before; the other version stays in the cloud.
decide-conflict = { $unit } changed here and on { $device }
decide-conflict-saved = { $unit } changed here and on { $device } (saved { $time })

# What a pull tells.

pull-offline-hint = The game starts with what is here; changes go out at the next chance.
pull-other-playing = { $device } has been playing this since { $since }: what is played there is not in the cloud yet.
pull-other-unpushed = { $device } has an unpushed session since { $since }: what was played there is not in the cloud yet.
pull-starts-hint = The game starts with what is here.
pull-nothing-yet = Nothing is in the cloud yet; the first push creates the repository.
pull-disable-hint = To play without syncing meanwhile: instance-sync disable { $folder }
pull-only-here-hint = What was played since the last push is only on this device so far.
pull-cloud-lost = The cloud lost snapshots that this device had pushed. What is here is pushed again; nothing here changes.
pull-foreign =
    { $number ->
        [one] The cloud holds a snapshot that another program made. It is left alone; restic can restore it.
       *[other] The cloud holds { $number } snapshots that another program made. They are left alone; restic can restore them.
    }
pull-rolled-back = The state of this folder is older than its last push (restored from a backup?). It is compared afresh.
pull-unknown = the cloud cannot be read whole: { $why }
pull-unknown-hint = Nothing was changed here, and nothing counts as deleted.
pull-kept-deleted = { $unit } was deleted on another device and changed here: it is kept.
pull-back-deleted = { $unit } was deleted here and changed on another device: it comes back.
pull-open-world = { $unit } is open in a running game, and the cloud has a newer version
pull-open-world-hint = It stays as it is here. Leave the world and start again to get the newer one; playing on makes two versions.
pull-forked = { $unit } changed on two devices at once. This device goes on with one version until the other decides; nothing is lost. To decide here: instance-sync resolve --keep=both { $folder } { $word }

# Opening a folder, and its repository.

session-state-unused = state.json is not used: { $why }. What is here and in the cloud is compared afresh.
session-pull-finished = An interrupted pull was carried to its end.
session-undo-finished = An interrupted undo was carried to its end.
session-restore-finished = An interrupted restore was carried to its end.
unfinished-open-pull = { $unit } is open in a running game, and an interrupted pull waits for that
unfinished-open-undo = { $unit } is open in a running game, and an interrupted undo waits for that
unfinished-open-restore = { $unit } is open in a running game, and an interrupted restore waits for that
unfinished-open-hint = That world may be of two versions now. Leave it: the next pull or push goes on then, and keeps what was played in it. Until then nothing of this folder is pulled or pushed.
unfinished-played = { $unit } was changed after a pull, an undo or a restore of it had been interrupted, and before it was carried to its end
unfinished-played-hint = What it was then is kept whole in .cloud-sync/undo, and goes to the cloud with the next pull or push. To get it back: instance-sync undo --id={ $id } { $folder }
unfinished-not-kept-hint = It was changed after it had been interrupted, and is copied whole before that goes on. Nothing was replaced; free some space and run instance-sync pull again.
session-overtaken = another command worked in this folder while the question waited
session-overtaken-hint = Nothing was changed. Run the command again to see how it is now.
session-plain-http = { $location } is plain http to another machine: the token could be read on the way
session-plain-http-hint = Use https, or allow it with --insecure-http. Nothing was sent.
session-token-again = To give another one: instance-sync setup --force { $folder }
session-copy = this folder is a copy of { $original }, and is not synced
session-copy-hint = To sync it as an instance of its own, run: instance-sync setup { $folder }. This is said once.
session-copy-alone = this folder is a copy of { $original }, which is not there any more; it is still not synced
session-copy-alone-hint = To sync it as an instance of its own, run: instance-sync setup { $folder }
session-copy-again-hint = To go on as the instance that it was copied from, run: instance-sync setup { $folder }, and choose { $instance }
session-probe-died = asking the server failed
session-no-credentials = no credentials
session-no-locks = No process left a lock behind, as far as can be told from here.
session-unlocked =
    { $number ->
        [one] Removed a lock that a process left behind.
       *[other] Removed { $number } locks that processes left behind.
    }
session-nothing-created = Nothing was created: only the device that made the instance does that. Check the URL and the account.
session-was-there = Nothing was created. It was there before: check the URL and the account, and whether it was moved.
session-begin-anew = If it was deleted, and no backup brings it back, begin anew with what is here, as a new instance that the other devices join: instance-sync disable { $folder }, then instance-sync setup { $folder }

# What a push tells.

push-still-here-hint = The saves are still here.
push-open = { $world } is open in a running game
push-open-hint = It is never saved half-written. Leave the world, then run: instance-sync push { $folder }

# Tokens, keys, and where they are kept.

access-plain-http = plain http would show the token to everybody on the way
access-plain-http-hint = Use https, or allow it with --insecure-http.
access-mended = { $path } could be read by other users of this machine; that was mended
access-no-file = there is no { $path }
access-missing = there is no token for this instance on this device
access-unread = there is no token for this instance on this device that can be read: { $why }
access-keyring-hint = If it is in the keyring, unlock that and try again.
access-again-hint = Give it again with: instance-sync setup --force { $folder }
access-needs-token = a rest-server needs a token
access-needs-token-hint = Give it with --token=ACCOUNT:SECRET or --token-file.
access-needs-password = the repository needs a password
access-needs-password-hint = Give a token, or a passphrase with --passphrase-file.
access-needs-passphrase = this token is one device’s own, so that saves encrypted with it could be opened on no other device: a passphrase is needed
access-needs-passphrase-hint = Put a passphrase that only you know into a file and give that with --passphrase-file: a new one on the first device, the same on every other one. instance-sync setup asks for it. It is never sent, and nobody can replace it.
access-give-hint = Give it with: instance-sync setup --force { $folder }
secret-place-stay-hint = Nothing was moved: the secrets are where they were.
secret-place-flatpak = the keyring cannot be used for { $folder }: it belongs to a Flatpak, and the hooks that run in there do not reach the keyring
secret-place-flatpak-hint = Leave --keyring out: then the secrets are in files that only you can read.
secret-place-both-hint = The secrets are in files now; the keyring still has them too.
fastkey-not-kept = the server keeps no key file of ours
fastkey-none = There is no fast key, so that each step takes half a second longer: { $why }
fastkey-untried = cannot try the fast key
fastkey-wrong = the fast key does not hold the master key

# Getting restic.

provision-ways-out = Install restic { $version } or later so that it is on PATH, or give its program with --restic-binary.
provision-no-download = there is no restic, and --no-download forbids fetching it
provision-no-download-old = the restic on this machine, { $program }, is version { $version }, which is too old, and --no-download forbids fetching another
provision-no-checksum = no checksum of restic { $version } for { $os } on { $arch } is known, so it is not downloaded
provision-mirror-hint = A mirror can be given with --restic-mirror or INSTANCE_SYNC_RESTIC_MIRROR.
sync-cannot-make = cannot make { $path }
sync-cannot-write-to = cannot write to { $path }
provision-fetching = Fetching restic { $version } (once for all instances of this user).
provision-wrong-sum = the download of { $url } is not restic { $version }: its SHA-256 is { $sum } and must be { $expected }
provision-wrong-sum-hint = It was thrown away: it broke off, or the place is not to be trusted.
provision-unread-download = cannot read the download
provision-does-not-run = what { $url } holds does not run on this machine as restic

# Opting a folder in.

optin-folder-hint = Give the folder that holds saves/ and options.txt with --pack-folder.
optin-no-folder = { $path } is not a folder
optin-unusable = cannot use the folder { $path }
optin-left-hint = The folder was left as it was.
optin-already = { $path } is opted in already, as instance { $instance } at { $location }
optin-already-hint = Nothing was changed. To opt it in anew, add --force.
optin-writable-hint = Is the folder writable?
optin-no-instance-hint = There is no instance { $instance } of this account there: check the id, the account and the URL.
optin-offline-hint = To opt in without the server for now, add --offline.
optin-other-passphrase = another passphrase opens it
optin-not-there-yet = { $path } is not there yet
optin-leave-out = { $why }: leave { $folder } out when you export this instance

# What the player decides.

resolve-missing = { $unit } is missing here, which is no question of versions
resolve-missing-hint = --keep=cloud brings it back, --keep=local deletes it everywhere. Nothing was changed.
resolve-not-open = nothing is to be decided about { $unit }
resolve-none-open-hint = Nothing is to be decided at all. Nothing was changed.
resolve-open-hint = Open are: { $units }. Nothing was changed.
resolve-noted-both = Noted: both versions of { $unit }. It is done once everything is decided.
resolve-noted-local = Noted: this device's version of { $unit }. It is done once everything is decided.
resolve-noted-cloud = Noted: the cloud's version of { $unit }. It is done once everything is decided.
resolve-noted-newest = Noted: the later version of { $unit }. It is done once everything is decided.
resolve-noted-none = Noted: no version of { $unit }. It is done once everything is decided.

# What is only here, into the cloud first.

safety-saving = Saving what is only here so far.
safety-saved-deletion = Saved the deletion of { $unit }.
safety-copying = Saving a safety copy of what is only here so far.

# What is here, and what is not.

observe-vanished = missing here, or most of it: { $unit }. Is a disk not connected? It stays as it was in the cloud and on other devices
observe-vanished-more = missing here, or most of it: { $unit } and { $more } more. Is a disk not connected? It stays as it was in the cloud and on other devices
observe-vanished-meant = If that is your wish: instance-sync push --allow-shrink { $folder }
observe-vanished-back = To bring it back: instance-sync resolve --keep=cloud { $folder } { $names }
observe-more-problems = { $more } more paths are not synced; see instance-sync status
observe-unreadable = { $unit } cannot be read whole and is left out
observe-unreadable-hint = Its last version in the cloud stays as it is.

# Snapshots, and what they say of themselves.

graph-gone = the snapshot { $id } is gone, and no other has that version of { $unit }
graph-incomplete = snapshot { $id } is not complete and is left aside (its device will push again)
graph-repaired = snapshot { $id } was repaired and does not say any more what it is: it is left aside
graph-made-by-hint = It was made by { $device }.
graph-mend-hint = It counts no more once the device that made it has pushed its next change. Where that device is gone, the repository has to be repaired, or the snapshot removed: see docs/guides/own-server.md
graph-unreadable =
    { $number ->
        [one] snapshot { $id } cannot be read
       *[other] { $number } snapshots cannot be read, { $id } among them
    }
graph-unreadable-hint = Whoever runs the server can bring snapshots/{ $id } of the repository back from a backup, or remove it: see docs/guides/own-server.md
graph-newer = snapshot { $id } was made by a newer version of instance-sync: update it on this device
graph-garbled = what snapshot { $id } says of itself cannot be read
graph-left-aside = snapshot { $id } is left aside: { $why }

# Publishing.

publish-again-changed = Files changed while they were saved; saving again.
publish-again-unread = Not everything could be read ({ $why }); saving again.
publish-again-counted = The snapshot has not as many files as are here; saving again.
publish-changed = files kept changing while they were saved
publish-changed-hint = Is the game still running? Everything is still here; run instance-sync push once it has ended.
publish-unread = not everything could be read: { $why }
publish-unread-hint = Everything is still here; run instance-sync push once that is mended.
publish-counted = the snapshot has not as many files as are here, and nothing changed
publish-counted-hint = Everything is still here, and no device takes that snapshot for yours. Run instance-sync push again.
publish-damage = the cloud has lost a part of what this device saved before
publish-damage-mended = It was read here and saved again ({ $why }).
publish-damage-verify = To see whether everything is there: instance-sync verify { $folder }
publish-rescue-changed = files changed while a safety copy of them was made
publish-rescue-changed-hint = Nothing was changed here. Close the game or whatever else writes there, and start again.
publish-no-list = cannot write the list of files

# Fetching, and putting in place.

fetch-stays = { $unit } stays in the cloud: { $why }
fetch-copy-stays = { $unit } cannot land here, and stays in the cloud: { $why }
fetch-not-listed = the snapshot { $id } does not list { $unit } as it should
fetch-cannot-stage = cannot stage { $unit }
fetch-cannot-copy = cannot copy { $path }
fetch-no-room = the disk has { $free } MB free, and this needs { $needed } MB
fetch-no-room-hint = Free some space and start again; old versions in .cloud-sync/undo can go. Nothing was changed.
carry-lost = the cloud cannot give { $unit } ({ $why })
carry-lost-hint = It stays here as it is; everything else goes on. To look closer: instance-sync verify { $folder }
carry-opened = { $unit } was opened in a game while the pull was under way
carry-changed = { $unit } changed while the pull was under way
carry-changed-hint = Nothing was changed. Close the game or whatever else writes there, and start again.
carry-in-the-way = { $unit } cannot be replaced: { $why }
carry-in-the-way-hint = Nothing was changed. Move that to another place and run the command again, or get the version by restore --to or --as-copy.
carry-undo-unsaved = an old version in undo cannot be saved to the cloud yet: { $why }

# Bringing back.

undo-unknown = nothing that was replaced or removed is called { $unit }
undo-unknown-hint = instance-sync undo --list shows what there is.
undo-several = several swaps begin with { $id }
undo-several-hint = Give more of the id: instance-sync undo --list --json shows them whole.
undo-none = { $id } is none of the swaps that can be taken back
undo-none-hint = instance-sync undo --list shows them.
undo-open = { $unit } is open in a running game
undo-open-hint = Leave the world and run the command again. Nothing was changed.
undo-cannot-keep = cannot copy { $path } to undo
undo-cannot-copy = cannot copy { $path } from undo
undo-unchanged-hint = Nothing was changed on this device.
undo-not-whole = the old version of { $unit } is not whole any more in .cloud-sync/undo
undo-needs-cloud-hint = Files that changed since then are needed from the cloud. Nothing was changed here; try again when it can be reached.

# Times, as people write them.

when-bad = { $text } is no time to go back to: { $why }
when-hint = Write "yesterday 18:00", "2026-11-20 18:00", "18:00" (today), "3 days ago", "2h ago", or 2026-11-20T18:00:00+01:00.
when-unknown = it is not understood
when-day = that is a whole day; add the time, such as 18:00, or 23:59 for how the day ended
when-future = that is understood as { $time }, which is still to come
when-twice = that is understood as { $time }, which clocks showed twice that day; write it with its offset, such as 2026-10-25T02:30:00+02:00
when-never = that is understood as { $time }, which clocks left out that day

# Back to how it was.

restore-no-point = say to what to go back
restore-no-point-hint = --at="yesterday 18:00", --snapshot=ID, or --before-last-session.
restore-offline-hint = Old versions come from the cloud. Nothing was changed here; try again when it can be reached. instance-sync undo takes the last pull or restore back without it.
restore-unreadable = { $number ->
        [one] the snapshot { $id } cannot be read
       *[other] { $number } snapshots cannot be read, { $id } among them
    } ({ $why })
restore-unreadable-hint = A version that is only there is not found.
restore-snapshot-none = no snapshot begins with { $id }
restore-snapshot-several = several snapshots begin with { $id }
restore-snapshot-hint = instance-sync history lists them; give as much of the id as makes it the only one.
restore-foreign = the snapshot { $id } was made by restic alone and does not say what its files are to a game
restore-foreign-hint = Restore it into another folder and take what you need from there: --to=FOLDER.
restore-foreign-unit = the snapshot { $id } was made by restic alone and does not know { $unit }
restore-foreign-unit-hint = Leave the name out: everything in it is restored into the folder.
restore-unknown = the cloud has no { $unit }
restore-unknown-hint = Units are paths below the game folder, such as "saves/My World". Only what was pushed can be restored.
restore-meant-hint = Did you mean: { $units }
restore-undated-hint = Only safety copies hold it: name one by --snapshot.
restore-not-there = { $unit } did not exist then
restore-since = It exists since { $since }.
restore-deleted = It was deleted on { $time }.
restore-deleted-then = It was deleted then.
restore-called = It was called { $then } then: restore that.
restore-no-session = no session is known that could be gone back before
restore-no-session-hint = Pull first, or say to what to go back by --at or --snapshot.
restore-no-earlier = no version of { $unit } is known from before it was last played
restore-no-earlier-hint = It is new since then, or what was before is pruned. Nothing was changed.
restore-no-copy = { $unit } is no world: a copy beside it would be read by nobody
restore-no-copy-hint = Restore it in place, or into another folder by --to.
restore-pull-first = its newest version was never here; pull first, or take it by --as-copy or --to
restore-copy-taken = worlds with other content have the names that a copy would have
restore-cannot = cannot restore { $unit }: { $why }
restore-out-of-scope = it is not part of what this device syncs; --to restores it into another folder
restore-unreadable-here = what is here cannot be read whole, and so cannot be saved before
restore-unsaved-hint = What is only here must be in the cloud before it is replaced. Nothing was changed.
restore-lost = the cloud cannot give { $unit } as it was ({ $why })
restore-lost-hint = It stays here as it is. Another point in time may be whole.
restore-bad-folder = cannot restore into { $folder }: { $why }
restore-bad-folder-hint = Name a folder outside of the game's. Nothing was changed.
restore-folder-is-file = that is a file
restore-folder-is-game = that is the game folder; without --to it is restored there
restore-folder-is-ours = that is the folder of instance-sync
restore-folder-is-synced = what lands there would be synced as a part of the game
restore-in-the-way = { $folder } has other files under these names: { $names }
restore-in-the-way-more = { $folder } has other files under these names: { $names } and { $more } more
restore-in-the-way-hint = Nothing was written. Name an empty folder, or move them away.
restore-not-removed = cannot remove { $path }, which an interrupted restore left
restore-not-written = cannot write { $path }
restore-changed-meanwhile-hint = Something else wrote there meanwhile. Run the command again.
restore-no-room-hint = Free some space, or name another disk, and start again: what was fetched so far is kept.
restore-place-hint = Nothing was changed. Name another place with --to, one that you may write to.

# One world as a zip.

export-bad-file = cannot write { $file }: { $why }
export-is-folder = that is a folder
export-unknown = there is no { $unit } here
export-unknown-hint = Units are paths below the game folder, such as "saves/My World". What was here once is exported with --at or --snapshot.
export-unreadable = { $unit } cannot be read whole: { $why }
export-changed = { $unit } changed while it was read, again and again
export-not-written = cannot write { $file }
export-not-written-hint = No zip was left behind, and the world is as it was. Is there room on that disk? --to names another place.
export-no-world = { $unit } is no folder: a launcher imports worlds
export-no-world-hint = instance-sync restore --to=FOLDER brings back any file.
export-exists = { $file } is there and holds something else
export-exists-hint = Nothing was written. Choose another name by --to, or replace it by --force.

# Whether the cloud holds what it should.

drill-damage = A restore drill found that the cloud cannot give { $units } any more
drill-damage-look = What is here was left as it is. To see what is wrong: instance-sync verify { $folder }
verify-repair-hint = Nothing was changed. Whoever has the repository's password can repair it (docs/guides/own-server.md, in short: restic check --read-data says what is wrong; restic repair index for packs that are gone, restic repair packs for damaged ones). Once that is done, a device that still has the files saves them again with the push after its next change; before it, no push helps
verify-offline-hint = What is in the cloud can be tried only where it can be reached. Nothing was changed.
verify-not-listed = the snapshot does not list it as it should

# The list of an account's instances.

catalogue-asking = Asking for the account's instances, and when each was last played.
catalogue-no-folder = the folder { $path } is not there
catalogue-no-folder-hint = Is the disk connected?
catalogue-unlisted = the account's instances cannot be listed
catalogue-by-id-hint = An instance can be joined by its id, which instance-sync status shows on a device that has it.
catalogue-other-passphrase = the list of this account's instances is encrypted with another passphrase (or secret)
catalogue-other-passphrase-hint = Was this one mistyped? Then type it again.
catalogue-unusable = the list of this account's instances cannot be used
catalogue-died = listing the instances failed
catalogue-unwritten = cannot write an entry
