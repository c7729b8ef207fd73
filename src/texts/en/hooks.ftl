# What pull, push and run say: to a launcher's log, on a terminal.

# The question about a conflict.

question-later = Decide later
question-later-and-play = Decide later, and play what is here
question-cancel = Cancel
question-cancel-launch = Cancel the launch
question-changed = { $unit } changed on two sides:
question-what = What shall become of it? Nothing is lost either way.
question-keep-both = Keep both, the earlier one under another name
question-keep-local = Keep this device's
question-keep-cloud = Keep the cloud's
question-how = Arrow keys, then Enter
question-dropped = What was answered about { $units } does not count either.
question-files =
    { $number ->
        [one] { $number } file
       *[other] { $number } files
    }
question-this-device = this device
question-cloud = cloud
question-device = device
question-saved = saved
question-just-now = just now
question-not-saved = not saved yet
question-size = size
question-differs = differs in
question-unknown = unknown

# What became of a pull.

pull-postponed = To be decided later: { $units }. Both versions stay in the cloud.
pull-conflict = changed here and in the cloud: { $units }
pull-conflict-decide = To keep both versions: instance-sync resolve --keep=both { $folder }. For one of them alone: --keep=local (this device's) or --keep=cloud. For one world alone, add its name: { $world }.
pull-conflict-disable = To play what is here without syncing meanwhile: instance-sync disable { $folder }
conflict-kept = Nothing was changed here. What is here is only here: keep it until this is decided.
conflict-kept-and-saved = Nothing was changed here, and what is here is in the cloud too.

# These become one sentence: the first begins with a capital, `;` between them, a full stop at the end.

pull-updated = updated { $units } ({ $size })
pull-removed = removed { $units } (deleted on another device; to bring it back: instance-sync undo { $folder })
pull-kept-both = kept both versions: { $units }
pull-left = left { $units } in the cloud
pull-lost = could not get { $units }

# The first units by name, and how many more.

list-and-more = { $names } and { $more } more
cancelled = cancelled
cancelled-kept = What is here was left as it was.
cancelled-too-late = The cloud’s news were already in place; instance-sync undo takes them back.
alert-plays-anyway = The game starts with what is here, as you said.
