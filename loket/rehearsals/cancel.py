"""What a rehearsal of BATAL and LANJUT needs: a registration that was begun, and one that was cut off."""

from loket.rehearsals import NAME, WOMAN

MESSAGES = {
    "cancelled within a registration": ("DAFTAR", "1", WOMAN, "BATAL"),
    "cancelled and gone on": ("DAFTAR", "1", WOMAN, NAME, "BATAL", "LANJUT"),
    "gone on with a question": ("DAFTAR", "1", WOMAN, "LANJUT"),
}
