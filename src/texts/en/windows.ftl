# What the windows say: src/window.

window-cancel = Cancel
window-files =
    { $number ->
        [one] { $number } file
       *[other] { $number } files
    }
