"""Which of its meanings a listed word has where it stands: a lamp goes out as a man dies, in Javanese in one word."""

from bot import spoken
from nlu.moves import MOVE, is_move

KINDS = {
    **dict.fromkeys(("PKH", "BPNT", "PBI", "PIP", "BLT", "ATENSI", "BERAS"), "program"),
    **dict.fromkeys(("birth", "death", "move_in", "move_out", MOVE), "life_event"),
    **dict.fromkeys(("id", "jv", "mad", "en"), "language"),
}

# What stands near a word of the lists when it has its other meaning, or its own.
_PEOPLE = frozenset(
    str.split(
        "bapak pak bapakku bapake bapa eppa ibu ibuk ebu emak emakku emma mak ibuku suami istri bojo bojoku bojone "
        "lake bine lakena mbah mbahku simbok simbah nenek kakek embah embha kakak adik paman bibi bibik mertua "
        "mertuwa orang wong oreng wongtuwaku anak anakku ana saya kaula warga tetangga tetanggaku tonggo keluarga "
        "lapor penerima almarhum lahir nama saudara ayah pakde bude dulur sedulur mbak tretan taretan person embuk "
        "kacong kompoy majedik morotuwo morotuwoku mertuwaku lakeku lakona pakle bulik cacak jebbing nom tatanggeh "
        "tatangga tatanggha tatangghana wargaku sing warganya se people husband wife father mother grandma "
        "grandmother grandfather uncle aunt sister brother he she"
    )
)
_THINGS = frozenset(
    str.split(
        "listrik lampu air banyu pdam hp hpku hape no nomor nomer nomernya nomornya ktp kk kartu kartunya kis bpjs "
        "sim sapi ayam kambing masa berlaku wifi cctv token mesin pju motor sinyal jaringan pajak stnk pln lampune "
        "kartuna kartune tv server modem batre baterai pulsa radio aplikasi web ikan lele pohon padi post lamp phone "
        "card cerai jalan telpon cheers thanks thx hi hey hello account street bajul sape embi ajam pitik pitikku "
        "pitek pitekku bebek kucing manok manuk jaran wedhus wedus telp hpne henpon laptop screen battery signal "
        "engine electricity lights cow cows goat chicken chickens lampuna lampunya listrike listrikna"
    )
)
_YOUNG = tuple(
    str.split(
        "anak ana bayi bayyi bha baji baby cucu putu putr lare child son daughter kompoy kembar twin istri bine bojo "
        "lapor report laki lanang wedok perempuan mati"
    )
)
_NOT_BORN = frozenset(
    str.split("tgl tanggal tangghal tempat tmpt ttl dari sejak waktu date akta akte kota tahun thn of")
)
_LATER = frozenset(str.split("batin dan date day place certificate"))
_PAPERS = frozenset(str.split("akta akte surat sorat serat srt"))
_HOLDERS = frozenset(str.split("saya sy aku ku kulo kula kami isun engkok kaula my our"))
_ALREADY = frozenset(str.split("sdh sudah dah udah udh uda wis wes pun sampun ampon la le telah jd jadi already"))
_LATE = ("almar", "almrh", "swargi")
_EATEN = frozenset(str.split("habis abis entek telas tadha tadhak finished telur telor endog endhog tellor buy bad"))
_RICE_AID = frozenset(
    str.split(
        "bag bags kg kilo aid collect collected pick share shared shares distributed delivered deliver ration sack "
        "sacks weighs weigh allowance handout received receive get got government free"
    )
)
_SOLD = frozenset(
    str.split(
        "harga rega regane regana reggha hargana argana jual dodolan murah mahal larang price melle ajuwal toko "
        "jualan masak panen utang sold"
    )
)
_SPEECH = frozenset(
    str.split(
        "bahasa bahasane bhs bhasa bhsa bhasah bhasana basa boso language lang pakai pake pke nganggo ngangguy ngagem "
        "ngangge ngomong ngobrol nulis menu bisa isok bs terjemahno"
    )
)
_SWITCH = frozenset(
    str.split("ganti ngganti gnti gantien diganti ubah diubah oba balik balikin kembali change switch translate to")
)
_PERSON = frozenset(str.split("orang wong org reng oreng tiyang lare warga bojoku"))
_NOT_SPOKEN = frozenset(str.split("luar pulau selat tanah lagu resep rojak rujak ke ka e di dari nang from"))
_GRASPED = frozenset(str.split("ngerti ngarte ngarteh paham faham mudeng mudheng lancar"))
_UNWANTED = frozenset(
    str.split(
        "no jangan jgn ja jha ojo ojok gak ga gk ora ta tak not kok mudheng mudeng dont cant cannot mboten boten "
        "nggak enggak ngga ndak dak tdk tidak enja bunten kurang"
    )
)
_NATIONALS = frozenset(str.split("woman man wife husband girl lady citizen citizens people family national"))
_ONE_OF = frozenset(str.split("a an his her"))
_SPOKEN_IN = frozenset(str.split("version speaker speaking officer text menu translation"))
_BOUGHT = frozenset(str.split("beli tuku melle ajuwal buy"))
_SPOKEN_TO = frozenset(
    str.split(
        "thx thanks makasih mksh trims tq u halo hai hi hello hey pagi siang sore malam ok oke iya ya misi permisi y "
        "yaa yah dong dg donk sih ga gak gk g hy p ty tks mks suwun nuwun maaf mf met slm salam min kan nih ni lg sip "
        "siap"
    )
)
_ASKING = frozenset(
    str.split(
        "bhs bahasa mau mo mw aku aq tlg tlong tolong tulung gmn gimana gmana knp kenapa kok cara cr minta mnta nanya "
        "tanya hlp help can how please pls"
    )
)
_NO_CARD = frozenset(str.split("mesin di nang neng nng ning nong in at ke lewat lwt ketelan cek apa d dimana"))


def stands(value: str, own: list[str], before: list[str], behind: list[str], keys: list[str]) -> bool:
    """Whether words that have another meaning, too, have this one here. `before`, `behind`: within the phrase.

    `keys`: all words of the sentence.
    """
    last = before[-1] if before else ""
    after = behind[0] if behind else ""
    match KINDS.get(value, value):
        case "program":
            return _is_aid(value, own, before, behind, keys)
        case "life_event" if value == MOVE:
            return _moves(own, before, behind[:2], keys)
        case "life_event":
            return _happened(own, last, before, after, keys)
        case "language":
            return _asked_for(own, keys, before, behind[:2])
        case "KK" if own == ["kk"]:
            addressed = last in _SPOKEN_TO or (not before and after in _ASKING)
            return not addressed or after.isdecimal()  # "Makasih kk": kakak.
        case "KKS" if own[0].startswith("atm"):
            return len(own) > 1 or own != ["atm"] or last not in _NO_CARD
        case "AKTA_LAHIR" if len(own) == 1:
            return after not in ("kematian", "cerai", "tanah", "notaris", "mati", "jual", "hibah", "pati")
        case "REKENING":
            return after not in ("listrik", "air", "pln", "pdam", "tetap")
        case _:
            return True


def _is_aid(value: str, own: list[str], before: list[str], behind: list[str], keys: list[str]) -> bool:
    """Whether it is what is given, and not what is sold, cooked or eaten up."""
    last = before[-1] if before else ""
    if value == "BERAS" and len(own) == 1:
        if own == ["rice"] and (_RICE_AID.isdisjoint(keys) or behind[:1] == ["field"]):
            return False
        return _SOLD.isdisjoint((*before[-3:], *behind[:2])) and _EATEN.isdisjoint(keys) and last not in _BOUGHT
    return not (value == "BPNT" and own[0].startswith("sem")) or _SOLD.isdisjoint((last, *behind[:2]))


def _moves(own: list[str], before: list[str], behind: list[str], keys: list[str]) -> bool:
    if own == ["left"]:
        return any(keys[n : n + 2] == ["for", "good"] for n in range(len(keys)))
    return not (len(own) > 1 and before[-1:] in (["masih"], ["msh"])) and is_move(before, behind)


def _happened(own: list[str], last: str, before: list[str], after: str, keys: list[str]) -> bool:
    """Whether somebody was born or died, and not a lamp went out or a date of birth is told."""
    if own[0].startswith(_LATE):  # "The late": told of someone, or only part of his name.
        return last in _ALREADY or (last in _HOLDERS and after not in _PEOPLE)
    if any(key.startswith(("mat", "dead")) for key in own):
        return _THINGS.isdisjoint((*before, after)) and not _PEOPLE.isdisjoint(keys)
    if own[0].startswith(("lah", "lai", "lhr", "bor", "bir")) and not own[0].endswith("an"):
        if last in _NOT_BORN or after in _LATER:
            return False
        return len(own) > 1 or any(key.startswith(_YOUNG) and key not in spoken.WORDS for key in keys)
    return last not in _PAPERS


def _asked_for(own: list[str], keys: list[str], before: list[str], behind: list[str]) -> bool:
    """Whether it is a language that is wanted, and not a people, an island, or a language that is not understood."""
    last = before[-1] if before else ""
    if (behind and behind[0] in _NATIONALS) or (last in _ONE_OF and not _SPOKEN_IN.intersection(behind)):
        return False  # "An Indonesian", "his Indonesian wife".
    for key in reversed(before[-3:]):
        if key in _SWITCH:
            return True
        if key in _UNWANTED:
            return False
    if (
        (last in _PERSON and own[0] not in _SPEECH)
        or "kurang" in behind
        or (behind[1:2] and behind[0] in _UNWANTED and behind[1] in _GRASPED)
        or behind[:1] in (["united"], ["is"])
    ):
        return False
    if own == ["using"]:
        return not _SPEECH.isdisjoint(before[-2:])
    if len(own) > 1 or own[0].endswith(("ish", "ese", "sian", "gris")) or not _SPEECH.isdisjoint(keys):
        return True
    return len(keys) < 9 and last not in _NOT_SPOKEN
