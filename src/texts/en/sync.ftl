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
