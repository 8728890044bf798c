"""How the commands of `app.py` end, besides 0; docs/publishing.md lists them."""

BAD_LINES = 1  # everything else was delivered
BAD_USAGE = 2  # an argument or a setting
NO_BROKER = 3  # it was not there at the start; nothing was read
UNCONFIRMED = 4  # some events may be lost; the last line says how many
STOPPED = 128  # plus the number of the signal, after which all that was read was delivered
