"""Photographs of receipts: the dossier codes on them, or why none could be read.

Only :mod:`bot.photos.reader` is for the program itself; what is heavy runs in another process.
"""

import struct

CARD = "card"  # the fault of a picture of an identity card
LENGTH = struct.Struct(">I")  # stands before each picture that the process is given
