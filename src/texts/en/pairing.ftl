# A new device gets in by a code of another one
pairing-form = this is not what instance-sync pair shows: ADDRESS/ACCOUNT/CODE, such as saves.example.org/alice/482913-7K2M-9QX4-TB0C-5H
pairing-length = the code has too few or too many characters
pairing-letter = the code has a character that no code has
pairing-slip = a character of the code or the address is wrong, or two changed places
pairing-no-random = the system gives no random numbers
pairing-unsealed = the secrets could not be sealed
pairing-unopened = what came cannot be opened with this code
pairing-unopened-hint = Somebody between the two devices may have changed it, or answered in the other device’s place. The new device was taken out of the account again, and nothing was stored. Begin again on both devices; the devices of the account: instance-sync devices.
pairing-no-server = saves in this folder are not kept on a server that can let devices in
pairing-no-server-hint = On the other device: instance-sync setup, with the same address, token and passphrase.
pairing-plain-server = { $host } is a plain rest-server: it lets no device in by a code
pairing-lasting = the saves are encrypted with the account’s own secret, which pairing does not pass on
pairing-lasting-hint = What a new device types as the passphrase is that secret: what follows the colon of ACCOUNT:SECRET. On the new device: instance-sync setup, with a token of its own (from the server’s page, or whoever runs it) and that passphrase.
pairing-loopback = { $url } is this machine’s own address: no other machine gets to the server by it. For another machine, opt this folder in by the server’s name in the network: instance-sync setup --force.
pairing-openly = This server is reached by plain http: whoever is on the way can read tokens. --insecure-http says that you know.
pairing-ca-file = The server has a CA of its own: copy { $path } to the new device first, and name it there, for FILE.
pairing-no-passphrase = the saves are encrypted with this device’s own token, which must not leave it
pairing-no-passphrase-hint = Saves that are to be opened on several devices need a passphrase: give the folder another instance with one, by instance-sync setup --force.
pairing-wrong-code = { $host } knows no such code
pairing-wrong-code-hint = A code is good once and for 15 minutes. Look at the other device again, or begin again there.
pairing-burned = { $host } takes this code no more: too many wrong ones were tried
pairing-burned-hint = Nobody was let in. Begin again on the other device. If nobody mistyped it, somebody was guessing.
pairing-refused = the other device said no
pairing-refused-hint = Nothing was stored here. If that was a mistake, begin again there.
pairing-ended = the pairing was ended on the other device
pairing-ended-hint = Nothing was stored here. Begin again there.
pairing-expired = the pairing took too long
pairing-expired-hint = Nothing was stored. Begin again on both devices.
pairing-other-account = what came is of the account { $said }, and the server says { $account }
pairing-waits = { $host } knows this device now as { $name }. Say yes on the other device.
pairing-shown-waits = Waiting until this code is typed on the other device: instance-sync pair --approve
pairing-too-often = { $host } was asked too often; asking again in { $seconds } s
pairing-server-gone = { $host } does not answer; trying again
pairing-came-without = this device was let in on a page of the server, which has no passphrase
pairing-in-without = This device is in the account, as { $name }. The yes came without a passphrase, which no server has. Type the passphrase that your other devices have.
pairing-needs-passphrase = this code lets the device in, and brings no passphrase
pairing-needs-passphrase-hint = It was made on a web page, or approved there. Give the passphrase of the saves with --passphrase-file, or type it in instance-sync setup. The device was not let in, or was taken out again.
pairing-type-passphrase-hint = It was made on a web page, or approved there. Type the passphrase of the saves too.
pairing-server-back = { $host } answers again

# Whoever is in, and lets nobody in
pairing-here-refused = the device was refused on a page of the server
pairing-here-refused-hint = Nobody was let in. If that was not you, look at the account’s devices and sessions.
pairing-here-burned = too many wrong ones were tried: { $host } takes this code no more
pairing-here-burned-hint = Nobody was let in. If nobody mistyped it, somebody was guessing. Begin again where nobody looks on.
pairing-here-expired = the pairing took too long
pairing-here-expired-hint = Nobody was let in. Begin again when the new device is at hand.
pairing-here-ended = the pairing was ended, on the new device or elsewhere
pairing-here-ended-hint = Nobody was let in. The new device gave up, another code was begun on another device, or it was ended on a page of the server.
pairing-no-device = the server does not say which device waits
pairing-no-device-hint = Nobody was let in. Begin again; if that stays so, update the server.
pairing-page-said-yes = { $name } was let in on a page of the server, while the question stood here
pairing-page-said-yes-hint = It has a token of its own, and no passphrase of yours. If it is not yours, take it out: instance-sync devices revoke { $name }; and look at who is signed in at the server's pages.
pairing-not-fetched = { $name } did not fetch its answer, and is not in.
pairing-fetching = Waiting for { $name } to fetch what it needs…
pairing-fetched-late =
    { $seconds ->
        [one] the new device did not come for what it needs within 1 second
       *[other] the new device did not come for what it needs within { $seconds } seconds
    }
pairing-fetched-late-hint = It was stopped, or does not reach the server any more. Begin again on both devices.
pairing-shown-slip-hint = Nothing was sent yet. Look at the new device again: instance-sync setup --show-code

# The window of `pair`
pair-title = Let another device in – Instance Sync
pair-heading = Let another device in
pair-beginning = Asking the server for a code…
pair-type-there = On the new device, start the setup of Instance Sync, and type this line where it asks for the server:
pair-type-there-with = On the new device, run instance-sync setup { $options }, and type this line where it asks for the server:
pair-scan = Or scan it
pair-scan-means = A camera reads the same line from the square, to paste it there.
pair-square = The same line as a square, for a camera
pair-good =
    { $minutes ->
        [one] It is good for one device, and for 1 more minute.
       *[other] It is good for one device, and for { $minutes } more minutes.
    }
pair-no-longer-good = It is not good any more.
pair-show-nobody = Show it to nobody else: it carries what opens your saves.
pair-waiting = Waiting for the new device…
pair-adopt-means = Has the new device no keyboard?
pair-adopt = It shows a code
pair-adopt-heading = Type the code of the new device
pair-adopt-explain = The new device shows it where its setup was started as: instance-sync setup --show-code
pair-adopt-field = Code of the new device
pair-adopt-go-on = Go on
pair-show-means = Or show a code here, and type it there.
pair-show = Show a code
pair-asking = Asking the server…
pair-asked = Let { $name } in?
pair-computer = A computer
pair-handheld = A handheld
pair-device = A device
pair-address = It asks from { $address }.
pair-asked-means = Say yes only if this is your device and it is in front of you now. It gets a token of its own, and what opens all saves of the account.
pair-let-in = Let in
pair-refuse = Refuse
pair-letting-in = Letting it in…
pair-refusing = Refusing it…
pair-in = Let in
pair-refused = Refused
pair-failed = Nobody was let in
pair-again = Show another code
pair-is-in = { $name } is in, with a token of its own and what opens your saves.
pair-is-in-hint = On { $name }, choose the instance that is to be played there.
pair-is-in-without = { $name } is in. It has no passphrase of yours.
pair-is-in-without-hint = Type the passphrase of the saves on { $name } when it asks.
pair-is-in-out-hint = To take it out again: revoke it in the account’s list of devices (instance-sync devices).
pair-is-refused = { $name } was refused. It got nothing.
pair-is-refused-hint = If you do not know it: somebody has read the code. Show another one where nobody looks on.
pair-several = the games that are synced here belong to several accounts
pair-no-folder = no game that is synced was found
pair-no-folder-hint = Start this from the launcher of a game that is synced, or run instance-sync pair with --pack-folder and the folder of the game.
pairing-left-hint = This device was taken out of the account again. What let it in is good once: get another one, from whoever gave it to you or by instance-sync pair.
pairing-not-left-hint = The server did not answer, so that this device, { $name }, may still be in the account's list, with a token that nobody has. Take it out on another device, with instance-sync devices, or on the server's page.

# A new device gets in by a link that an operator passed on
enrol-form = this is not a link that lets a device in: https://.../v1/enrol#ise_...
enrol-no-server = this code does not say which server it is for
enrol-broken = the code is not whole: after the # there is ise_ and 43 more characters
enrol-form-hint = Nothing was sent yet. Copy the whole link as it was given to you, from https to its end, and paste it where instance-sync setup asks for the server. A code without a link: setup --url=https://..., and the code where it asks for the token.
enrol-no-address = this is a link or code that lets a device in, and not the address alone
enrol-no-address-hint = Nothing was sent yet. Run instance-sync setup without --url, and paste it where it asks for the server; or give it as --pair, best as --pair=- on standard input, where other users of this machine cannot see it.
enrol-wrong-code = { $host } does not take this code: it was used already, is older than an hour, or is none
enrol-wrong-code-hint = Nothing was stored here. Ask whoever gave it to you for a new link (at Discord: /cloud register). If it was used, and not by you, tell them: then somebody else has a device in your account.
enrol-lost-hint = If the code is not taken at the next try, its answer got lost: ask for a new link.
enrol-done = This device is in the account { $account } now, as { $name }.
enrol-needs-passphrase-hint = The code was not used up. Put a passphrase that only you know into a file and give that with --passphrase-file: a new one on the first device, the same on every other one. It is never sent, and nobody can replace it.
