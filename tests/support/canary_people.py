"""The canary people of the privacy ring: whoever of them is found in the open has been let out."""

from support.canaries import Canary, Scanner
from support.captured import META_SECRET, TWILIO_TOKEN
from support.doors import ACCESS, SECRET, VERIFY, WORD
from support.server import TOKEN

PASSWORD = "sandi-vorquelith-7731"

# Somebody with all extras and money, somebody at a portal that breaks, a draft, and by message: who is refused, who
# is too early, who signs by Twilio, who writes to the SMSC, to an aggregator, and who shows no number.
NIKS = (
    "3510995703490013", "3510996204510019", "3510991911630582", "3510995211680010", "6471994904770636",
    "3510992505710637", "3510990703520638", "3510994412590639", "3510996808830640",
)  # fmt: skip
BAD_NIKS = ("351099570349047", "35109957034904719", "3510995743490471", "351099X703490471")
KK = "3510990806171294"
NAMES = ("ZUQIFLORA", "WEXTHANIR", "QUJUMBRAT", "VEXORLINDA", "JYMBEQUOR", "XOVILQUAMA")
PHONES = ("81297310461", "81297310462", "81297310463", "81297310464")
OTHER_PHONE = "85773104659"
WITNESS, NEW_PHONE, WRITER = "85773104661", "85773104662", "81297310465"
REFUSED, EARLY, SIGNED, CENTRE, RESOLD, RINGING = (f"8577310467{n}" for n in range(6))  # By Meta, USSD, Twilio, …
STAFF, UNSENDABLE = "85773104681", "85773104682"
NUMBERLESS = "ID.4566097731046830"  # Who shows WhatsApp only a name of its own.
DEAD = ("3510991203470551", "YOXBRANDIL")  # Whom somebody reports.
HELPER, ACCUSATION = "QIVELTROM", "uang zhuqaberlin"
BIRTHS = ("17-03-1949", "1949-03-17", "22-04-1951", "1951-04-22", "12-11-1968", "1968-11-12")
LANDMARK = "warung zqorvathim"
NOTE = "catatan vexqulimbra"
OBJECTION = "sawah quixomberat"
PROFILE = "Zhavorquine"  # What somebody calls themselves on WhatsApp.

ALL_PHONES = (*PHONES, OTHER_PHONE, WITNESS, NEW_PHONE, WRITER, REFUSED, EARLY, SIGNED, CENTRE, RESOLD, RINGING, STAFF,
              UNSENDABLE)  # fmt: skip
CANARIES = [
    *(Canary(f"NIK {n}", nik) for n, nik in enumerate(NIKS)),
    *(Canary(f"wrong NIK {n}", nik) for n, nik in enumerate(BAD_NIKS)),
    Canary("KK", KK),
    *(Canary(f"name {n}", name) for n, name in enumerate(NAMES)),
    *(Canary(f"phone {n}", phone) for n, phone in enumerate(ALL_PHONES)),
    *(Canary(f"phone {n} from 0", f"0{phone}") for n, phone in enumerate(ALL_PHONES)),
    *(Canary(f"phone {n} from 62", f"62{phone}") for n, phone in enumerate(ALL_PHONES)),
    *(Canary(f"birth {n}", born) for n, born in enumerate(BIRTHS)),
    Canary("WhatsApp's own id", NUMBERLESS),
    Canary("profile", PROFILE),
    Canary("landmark", LANDMARK.split()[1]),
    Canary("note", NOTE.split()[1]),
    Canary("objection", OBJECTION.split()[1]),
    Canary("the dead's NIK", DEAD[0]),
    Canary("the dead's name", DEAD[1]),
    Canary("helper", HELPER),
    Canary("accusation", ACCUSATION.split()[1]),
    Canary("path token", TOKEN),
    Canary("path token of the doors", WORD),
    Canary("Twilio's token", TWILIO_TOKEN),
    Canary("Meta's secret", META_SECRET),
    Canary("Meta's word", VERIFY),
    Canary("our word at Meta", ACCESS),
    Canary("our word at the aggregator", SECRET),
    Canary("password", PASSWORD),
]
SCANNER = Scanner(CANARIES)
# These may stand where the operator put them.
SECRETS = {"path token", "path token of the doors", "Twilio's token", "Meta's secret", "Meta's word",
           "our word at Meta", "our word at the aggregator", "password"}  # fmt: skip
