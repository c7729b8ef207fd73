# What the windows say: src/window.

window-cancel = Cancel
window-files =
    { $number ->
        [one] { $number } file
       *[other] { $number } files
    }
window-title = { $instance } – Instance Sync
window-close = Close
window-cancel-launch = Cancel launch

size = { $number } { $unit }
size-bytes = { $number } B
size-kb = KB
size-mb = MB
size-gb = GB
size-tb = TB
size-whole = { $number }
size-fraction = { $number }.{ $tenths }

time-today = Today, { $clock }
time-yesterday = Yesterday, { $clock }
time-other = { $day }, { $clock }
time-left-seconds = { $number } s left
time-left-minutes = { $number } min left
time-left-hours = { $number } h left

conflict-heading = Cloud sync conflict
conflict-intro = The saves of “{ $instance }” changed both on this device and in the cloud since they were last in sync. Choose which ones to play with. Nothing is lost: the other version stays in the cloud’s history.
conflict-unsaved = What is here could not be saved to the cloud yet. It is kept on this device until this is decided.
conflict-each = Choose for each of the { $number } one by one
conflict-here = This device
conflict-cloud = Cloud
conflict-newer = NEWER
conflict-last-from = last saved on { $device }
conflict-just-now = Just now
conflict-line = { $when } · { $size }
conflict-line-device = { $when } · { $size } · { $device }
conflict-differs =
    { $number ->
        [one] { $files } · 1 differs from here
       *[other] { $files } · { $number } differ from here
    }
conflict-more =
    { $number ->
        [one] and 1 earlier version
       *[other] and { $number } earlier versions
    }
conflict-version-label = { $name }, { $side }: { $first }, { $second }
conflict-keep-local = Keep this device
conflict-keep-local-all = Keep this device for all
conflict-keep-local-means = You play what is here, and it goes to the cloud. The cloud’s version stays in the history.
conflict-keep-cloud = Keep cloud
conflict-keep-cloud-all = Keep cloud for all
conflict-keep-cloud-means = You play the version of { $device }. What is here is saved first; instance-sync undo brings it back.
conflict-keep-both = Keep both
conflict-keep-both-means = You play the later one; the earlier one becomes a world of its own, with its device and day in the name.
conflict-keep-both-of = Keep both versions of { $name }
conflict-later = Decide later
conflict-later-means = Both versions stay in the cloud, nothing changes here, and you are asked again.
conflict-go-on = Go on
conflict-go-on-launch = Go on and play
conflict-open =
    { $number ->
        [one] 1 is still to be chosen.
       *[other] { $number } are still to be chosen.
    }
conflict-sum = { $local } as on this device, { $cloud } as in the cloud, { $both } kept twice. Every other version stays in the history, and instance-sync undo takes it back.
conflict-merging = Without a question:
conflict-fetched = { $name }: the newer version of { $device } comes from the cloud
conflict-removed = { $name }: deleted on another device, and here too; instance-sync undo brings it back
conflict-sent = { $name }: what is here goes to the cloud

progress-reading = Reading saves – { $instance }
progress-preparing = Fetching restic, which does the saving
progress-downloading = Downloading saves – { $instance }
progress-uploading = Saving to the cloud – { $instance }
progress-of = { $done } of { $total }
progress-pace = { $pace }/s
progress-pace-left = { $pace }/s  ·  { $left }
progress-cancelling = Cancelling…
progress-finishing = Finishing…

message-heading-launch = Cloud saves need your attention
message-heading-saved = Not everything is in the cloud yet
message-play = Play anyway
