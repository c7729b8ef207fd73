# What pull, push and run say: to a launcher's log, on a terminal.
