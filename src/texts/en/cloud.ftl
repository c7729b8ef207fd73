# What is said of the server, the repository, restic and the secrets: src/store, src/remote, src/secrets, src/process.

# Programs
program-not-run = cannot run { $program }
program-lost = lost track of { $program }
command-none-given = no command was given
command-not-there = there is no command { $program }
command-where-looked-for = It is looked for on PATH, or relative to the working folder where it has a slash.

# restic's program
restic-give-another = Give another restic with --restic-binary, or remove this one so that it is fetched anew.
restic-given-does-not-run = { $program } is not a restic that runs
restic-given-too-old = { $program } is restic { $version }, which is too old
restic-give-one = Give a restic of version 0.18.0 or later with --restic-binary, or leave the flag out.
restic-not-unpacked = cannot unpack restic in { $folder }
restic-not-in-archive = cannot unpack restic in { $folder }: the archive holds no program
restic-nothing-left-behind = Nothing was left behind. Is the disk full?
restic-not-put = cannot put restic at { $program }

# What restic is doing, before a colon
doing-opening = opening the repository
doing-creating = creating the repository
doing-fetching = fetching from the cloud
doing-saving = saving to the cloud
doing-listing = listing the snapshots
doing-noting = noting the instance
doing-reading-record = reading what snapshot { $snapshot } says of itself
doing-reading-master-key = reading the master key
doing-looking-at-locks = looking at the locks
doing-removing-locks = removing locks
doing-checking = reading every pack of the repository
doing-forgetting = removing snapshots
doing-pruning = removing what no snapshot needs

# How restic ended
restic-server-away = { $doing }: the server could not be reached
restic-no-progress = { $doing }: restic made no progress for { $seconds } s and was stopped
restic-flooded = { $doing }: restic wrote more than makes sense and was stopped
restic-killed = { $doing }: restic was killed
restic-ended-with = { $doing }: restic ended with code { $code }: { $said }
restic-run-again = Nothing is lost; run the command again.
restic-interrupted = restic was interrupted. Nothing is lost; run the command again.
restic-said-nothing = no message
restic-not-restic = { $doing }: { $program } answered something that restic would not
restic-check-program = Check that program, or remove it so that restic is fetched anew. Nothing was changed.
restic-list-not-written = { $doing }: cannot write a list of files
disk-free-some-space = Free some space on the disk and run the command again.

# The repository
repository-password-is-another = The repository exists, and its password is another one: if the player chose a passphrase, give it with --passphrase-file when this device joins. Where it has joined: instance-sync setup --force asks for it again.
repository-server-full = The server has no room for this account. Ask whoever runs it; the save stays here.
repository-look-with-check = Look at the repository with: restic check
repository-key-does-not-open = { $doing }: its key does not open it: { $said }
repository-no-key-opens = { $doing }: none of the { $number } keys that were tried opens it: { $said }
repository-restics-key-does-not-open = { $doing }: the key that restic takes does not open it: { $said }
repository-keys-not-listed = Perhaps two devices created it at the same moment. Its keys cannot be listed from here: look into its folder keys/, try each name with restic --key-hint=NAME cat config, and write the one that works as key_id into .cloud-sync/key.
repository-bring-keys-back = If its config or a key was damaged or removed, bring both back from a backup of the server. What is on this device is whole: to start with a new repository, run instance-sync disable and then instance-sync setup.
repository-unchanged-here = Nothing was changed on this device.
repository-master-key-odd = the repository's master key is not as restic writes it
repository-takes-no-key-file = this place takes no key file

# Locks of the repository
lock-in-the-way = Somebody prunes or checks the whole repository. If that process died, remove its lock with: instance-sync push --unlock (in the game folder, on the machine where it ran; elsewhere once the lock is 30 min old)
lock-held = { $doing }: the repository is locked by { $owner }
lock-owner = { $user }@{ $host } (process { $process }) for { $age }
lock-left-behind = Whoever had it is gone: a lock in use is renewed every 5 min. Remove it with: instance-sync push --unlock (in the game folder)
lock-age-moment = less than a minute
lock-age-minutes = { $number } min
lock-age-hours = { $number } h
lock-age-days = { $number } days

# The server
server-not-prepared = cannot prepare a connection
server-ca-not-read = cannot read the CA file { $path }
server-ca-holds-none = { $path } holds no certificate
server-page = this is a page of the server at { $url }, and not its address
server-page-hint = Leave out { $path }: the address is { $url }
server-ca-in-pem = Give the CA's certificate in PEM form with --ca-file.
tls-issuer = the certificate of { $host } is not trusted: nobody who is trusted here has issued it
tls-issuer-hint = If the server has a CA of its own, give that CA's certificate with --ca-file: instance-sync setup --ca-file=FILE. Whoever runs the server has it.
tls-issuer-given-hint = The CA in { $path } (--ca-file) has not issued it. Ask whoever runs the server for the right one; was it renewed?
tls-name = the certificate of { $host } is not trusted: it is for another name
tls-name-of = the certificate of { $host } is not trusted: it is for { $names }
tls-name-hint = Use the address that the certificate is for. If this is the right one, ask whoever runs the server for a certificate with this name.
tls-expired = the certificate of { $host } is not trusted: it has expired
tls-expired-hint = Ask whoever runs the server to renew it. Is the clock of this machine right?
tls-not-yet = the certificate of { $host } is not trusted: it is not valid yet
tls-not-yet-hint = Is the clock of this machine right? If it is, ask whoever runs the server.
tls-of-ca = the certificate of { $host } is not trusted: it is that of a CA, which no server may use as its own
tls-of-ca-hint = Ask whoever runs the server to make one that this CA issues, with CA:FALSE and the name of the server in it.
tls-purpose = the certificate of { $host } is not trusted: it is not made for a server
tls-revoked = the certificate of { $host } is not trusted: it was revoked
tls-other = the certificate of { $host } is not trusted ({ $cause })
tls-other-hint = Ask whoever runs the server.
tls-nothing-sent = Nothing was sent.
server-name-unknown = { $host } cannot be reached: its name cannot be resolved
server-not-listening = { $host } cannot be reached: nothing listens there
server-too-slow = { $host } cannot be reached: it does not answer in time
server-connection-failed = { $host } cannot be reached: the connection failed
server-answer-broke-off = the answer of { $host } broke off
server-answered = { $host } answered { $code } { $reason }
server-answered-unknown = { $host } answered { $code } an unknown answer
server-refused = { $host } refused the account { $account } ({ $code })
server-check-token = Check the token, or ask whoever runs the server.
server-suspended = { $host }: the account { $account } is suspended
server-suspended-hint = Ask whoever runs the server. Saves that are here stay; what is played meanwhile goes out once the account is served again.
server-revoked = { $host }: this device was revoked, and is in the account { $account } no more
server-revoked-hint = Saves that are here stay. To get in again: instance-sync setup --force in the game folder, with what instance-sync pair shows on another device, or with a new link.
server-trashed = { $host }: this instance is in the server's trash until { $day }
server-trashed-hint = Bring it back before then, and everything goes on as before: on the server's page Trash, or whoever runs it with serve admin undelete. Saves that are here stay.
server-storage-away = { $host } runs, and what keeps its saves is not there: the storage is not mounted, or does not answer
server-storage-away-hint = Tell whoever runs the server. Meanwhile games start, and pushes wait.
server-no-repository = { $host } has no such repository
server-no-room = { $answer }: the server has no room
server-ask-who-runs-it = Ask whoever runs it.
server-redirects = { $answer }: it redirects to another address
server-token-not-sent = The token was not sent there. Opt in with the address that it redirects to, if you trust it.
server-of-another-kind = { $answer }: this is not a repository server
server-check-url = Check the URL: it should be that of a rest-server, without account and instance.
server-no-list =
    { $kind ->
        [keys] { $host } answered something that is no list of keys
       *[snapshots] { $host } answered something that is no list of snapshots
    }
server-web-page = Check the URL: a web page answers there, not a rest-server. Nothing was changed.

# What our own server answers, beside repositories
control-odd = { $host } answered something that this program does not understand
control-odd-hint = Is the server of a later version? Update instance-sync. Nothing was changed here.
control-unknown = { $host } does not know this device's token
control-unknown-hint = Was this device revoked? Saves that are here stay. To get in again: instance-sync setup --force, with a new token.
control-suspended = { $host }: the account is suspended
control-revoked = { $host }: this device was revoked, and is in its account no more
control-no-route = { $host } offers no such thing ({ $code })
control-no-route-hint = A plain rest-server keeps saves and knows nothing else; an older server may only need an update. Nothing was changed.
control-too-often = { $host } was asked too often
control-wait = Try again in { $seconds } s. Nothing was changed.
control-refused = { $host } refused: { $why }
control-refused-hint = Nothing was changed. Ask whoever runs the server.
server-instance-hint = No repository was created. Where there are too many instances, delete one on the server's page, or have its operator allow more.

# A repository in a folder
place-not-there = the folder { $path } is not there
place-is-disk-connected = Is the disk connected?
place-no-repository = { $path } holds no such repository
place-not-listed = cannot list { $path }
place-not-written = cannot write to { $path }

# Downloads
download-refused = { $host } answered { $code } for { $url }
download-broke-off = the download from { $host } broke off after { $bytes } bytes
download-too-large = { $host } sends more than { $bytes } bytes: this is not the archive
download-not-written = cannot write the download
download-free-some-space = Free some space on the disk.

# Secrets
secret-give-again = Run: instance-sync setup --force { $folder }
secret-file-wrong = Put a token into it: ACCOUNT:SECRET.
secret-not-text = { $path } is not text
keyring-entry-damaged = the keyring's entry for this instance is damaged
keyring-key-not-written = cannot write the key
keyring-unusable = the OS keyring cannot be used: { $why }
keyring-too-slow = the OS keyring did not answer within { $seconds } s: is it locked?
keyring-unlock = Unlock or start it and try again; or keep the secrets in files.
keyring-no-access = no access ({ $cause })
keyring-failed-because = it failed ({ $cause })
keyring-failed = it failed
keyring-forgets = it did not keep the secret
keyring-none = there is none
token-empty = the token is empty
token-control-character = the token holds a line break or another control character
token-no-colon = the token has no colon
token-no-secret = the token has nothing after its colon
token-form = A token is one line of the form ACCOUNT:SECRET. Nothing was changed.
token-is-code = this is a code that makes one device, and no token
token-is-code-hint = Nothing was sent yet. Give its link (https://.../v1/enrol#ise_...) to instance-sync setup where it asks for the server, or as --pair. A code without a link: setup --url=https://..., and the code where it asks for the token.
passphrase-one-line = the passphrase must be one line that is not empty
