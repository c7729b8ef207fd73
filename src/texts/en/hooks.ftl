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
question-about = game
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

# What became of a push.

push-saved-everything = Saved everything to the cloud ({ $size } new).
push-saved = Saved { $units } to the cloud ({ $size } new).
push-saved-deletion = Saved the deletion of { $deleted } to the cloud ({ $size } new).
push-saved-and-deletion = Saved { $units } and the deletion of { $deleted } to the cloud ({ $size } new).
push-news = The cloud also has snapshots that are new here; the next pull looks at them.
push-left-open = left out, since a running game has it open: { $units }
push-left-open-hint = It is never saved half-written. Leave the world, then run: instance-sync push { $folder }
push-pending-hint = The save is kept here and goes out at the next chance.
push-conflict = this folder has just joined, and differs from the cloud in { $units }
push-conflict-decide = To decide: instance-sync resolve --keep=both { $folder }. Or --keep=local (this device's), --keep=cloud.

# A decision.

resolve-nobody = what is to become of { $unit }? Nobody can be asked here
resolve-nobody-hint = Add --keep=both, --keep=local, --keep=cloud or --keep=newest. Nothing was changed.
resolve-offline = nothing was decided: { $why }
resolve-offline-hint = Nothing was changed here; try again once that is mended.
not-opted-in = { $folder } is not opted in
not-opted-in-hint = Nothing was done. Is it the right folder? See --pack-folder; instance-sync setup opts a folder in.
resolve-nothing-left = Nothing is left to decide.

# What every command says.

command-input-unread = cannot read standard input

# How far a work is.

work-reading = Reading
work-fetching-restic = Fetching restic
work-fetching = Fetching
work-saving = Saving
work-line = { $title }: { $done }, { $pace }/s
work-line-of = { $title }: { $done } of { $total }, { $pace }/s
work-line-left = { $title }: { $done } of { $total }, { $pace }/s, { $left } left
time-years =
    { $number ->
        [one] { $number } year
       *[other] { $number } years
    }
time-weeks =
    { $number ->
        [one] { $number } week
       *[other] { $number } weeks
    }
time-days =
    { $number ->
        [one] { $number } day
       *[other] { $number } days
    }
time-hours =
    { $number ->
        [one] { $number } hour
       *[other] { $number } hours
    }
time-minutes =
    { $number ->
        [one] { $number } minute
       *[other] { $number } minutes
    }
time-seconds =
    { $number ->
        [one] { $number } second
       *[other] { $number } seconds
    }

# Questions and menus.

prompt-unanswered = the question was not answered
prompt-unanswered-since = the question was not answered ({ $why })
prompt-unanswered-hint = Nothing was changed.
menu-shown = ({ $first } to { $end } of { $count })
menu-none-taken = None is chosen yet: Space chooses the one at >.

# What stands before them.

output-warning = warning: { $text }
output-error = error: { $text }
