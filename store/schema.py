"""The tables. Times are milliseconds since 1970 in UTC; `sealed` columns hold AES-GCM, `*_idx` columns keyed hashes."""

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    UniqueConstraint,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

ID = String(32)
SERIAL = BigInteger().with_variant(Integer, "sqlite")  # SQLite counts up only in a column that is INTEGER PRIMARY KEY.


def _table(name: str, *columns: Column[object] | UniqueConstraint | Index, by_key: bool = False) -> Table:
    """`by_key`: small rows that are only ever looked up by their key; SQLite then keeps one tree instead of two."""
    return Table(name, metadata, *columns, sqlite_with_rowid=not by_key)


contacts = _table(
    "contacts",
    Column("id", ID, primary_key=True),
    Column("language", String(8), nullable=False),
    Column("own_phone", Integer, nullable=False, default=0),  # A phone is shared until its owner says that it is not.
    Column("channel", String(16), nullable=False, default="sms"),  # Where messages go that nobody asked for.
    Column("wrote_at", BigInteger, nullable=False, default=0),  # The last message on that channel.
    Column("created_at", BigInteger, nullable=False),
    Column("opted_out_at", BigInteger, nullable=True),  # Since then nothing is sent that can be left out.
)

identities = _table(
    "identities",
    Column("kind", String(16), primary_key=True),  # phone, whatsapp
    Column("idx", LargeBinary(32), primary_key=True),
    Column("contact_id", ID, ForeignKey("contacts.id"), nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Index(None, "contact_id"),
    by_key=True,
)

sessions = _table(
    "sessions",
    Column("contact_id", ID, ForeignKey("contacts.id"), primary_key=True),
    Column("version", Integer, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("updated_at", BigInteger, nullable=False),
)

inbox = _table(
    "inbox",
    Column("key", LargeBinary(32), primary_key=True),  # Keyed hash of dialogue and message: it may hold a NIK.
    Column("contact_id", ID, nullable=False),
    Column("sealed", LargeBinary, nullable=False),  # The page that was answered.
    Column("at", BigInteger, nullable=False),
    by_key=True,
)

dialogues = _table(
    "dialogues",
    Column("key", LargeBinary(32), primary_key=True),  # Keyed hash of gateway and dialogue.
    Column("sealed", LargeBinary, nullable=False),  # The phone that began it.
    Column("caller", LargeBinary(32), nullable=False),  # Its blind index.
    Column("at", BigInteger, nullable=False),
    Index(None, "at"),
    Index(None, "caller"),
)

registrations = _table(
    "registrations",
    Column("id", ID, primary_key=True),
    Column("ref", String(12), nullable=False, unique=True),
    Column("period", String(24), nullable=False),
    Column("nik_idx", LargeBinary(32), nullable=False),
    Column("contact_id", ID, ForeignKey("contacts.id"), nullable=False),
    Column("stage", String(24), nullable=False),
    Column("stage_at", BigInteger, nullable=False),
    Column("village", String(13), nullable=False),
    Column("district", String(8), nullable=False),
    Column("regency", String(5), nullable=False),
    Column("language", String(8), nullable=False),
    Column("channel", String(16), nullable=False),
    Column("filled_by", String(24), nullable=False),
    Column("notes", String(200), nullable=False),
    Column("visit_by", String(10), nullable=False),
    Column("sealed", LargeBinary, nullable=False),  # Person: NIK, name, birth date.
    Column(
        "sealed_details", LargeBinary, nullable=True
    ),  # What was added after the receipt: KK, contact, place, landmark.
    Column("kk_idx", LargeBinary(32), nullable=True),
    Column("sealed_intent", LargeBinary, nullable=True),  # As it was first sent: each repeat under its key is the same.
    Column("intent_id", String(64), nullable=True),
    Column("reason", String(40), nullable=False, default=""),
    Column("programme", String(24), nullable=False, default=""),
    Column("object_until", String(10), nullable=False, default=""),
    Column("accepted_at", BigInteger, nullable=False),
    Column("erased_at", BigInteger, nullable=True),  # Since then it tells of nobody.
    Column("helper_id", ID, nullable=True),  # Who registered it for somebody else.
    Column("renewed", Integer, nullable=False, default=0),  # How often it lapsed and was taken up again.
    UniqueConstraint("period", "nik_idx"),
    Index(None, "contact_id"),
)

disputes = _table(
    "disputes",
    Column("id", ID, primary_key=True),
    Column("ref", String(12), nullable=False, unique=True),
    Column("registration_id", ID, ForeignKey("registrations.id"), nullable=False),
    Column("contact_id", ID, ForeignKey("contacts.id"), nullable=False),
    Column("stage", String(24), nullable=False),
    Column("visit_by", String(10), nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("accepted_at", BigInteger, nullable=False),
    Column("erased_at", BigInteger, nullable=True),
    Index(None, "contact_id"),
)

objections = _table(
    "objections",
    Column("id", ID, primary_key=True),
    Column("ref", String(12), nullable=False, unique=True),  # Of the ticket too.
    Column("whose", String(16), nullable=False),
    Column("ground", String(16), nullable=False),
    Column("registration_id", ID, nullable=True),  # None: it is about somebody else, or about a misused NIK.
    Column("case_ref", String(12), nullable=False, default=""),  # The number of that registration.
    Column("contact_id", ID, nullable=False),  # Who filed it, on whatever phone.
    Column("regency", String(5), nullable=False),
    Column("language", String(8), nullable=False),
    Column("channel", String(16), nullable=False),
    Column("standing", String(24), nullable=False),
    Column("joins", String(12), nullable=False, default=""),  # The open one of the same case that it only repeats.
    Column("answer_by", String(10), nullable=False),
    Column("portal_id", String(64), nullable=True),
    Column("sealed", LargeBinary, nullable=False),  # The statements, in the order in which they were made.
    Column("created_at", BigInteger, nullable=False),
    Column("standing_at", BigInteger, nullable=False),
    Index(None, "registration_id"),
    Index(None, "contact_id"),
)

reports = _table(
    "reports",
    Column("id", ID, primary_key=True),
    Column("ref", String(12), nullable=False, unique=True),  # Of the ticket too.
    Column("kind", String(16), nullable=False),
    Column("contact_id", ID, nullable=False),  # Empty where the report is anonymous: nothing leads to the person.
    Column("regency", String(5), nullable=False),
    Column("language", String(8), nullable=False),
    Column("channel", String(16), nullable=False),
    Column("sealed", LargeBinary, nullable=False),  # What was said: the agent number, and the person's own words.
    Column("created_at", BigInteger, nullable=False),
    Index(None, "contact_id"),
)

payments = _table(
    "payments",
    Column("id", ID, primary_key=True),
    Column("registration_id", ID, ForeignKey("registrations.id"), nullable=False),
    Column("programme", String(24), nullable=False),
    Column("period", String(24), nullable=False),
    Column("status", String(24), nullable=False),  # As last seen. No amount: nobody has to know it but the portal.
    Column("changed_at", BigInteger, nullable=False),
    UniqueConstraint("registration_id", "programme", "period"),
)

consents = _table(
    "consents",
    Column("id", ID, primary_key=True),
    Column("ref", String(12), nullable=False),
    Column("contact_id", ID, nullable=False),
    Column("sentence", String(40), nullable=False),
    Column("wording_hash", String(64), nullable=False),
    Column("language", String(8), nullable=False),
    Column("channel", String(16), nullable=False),
    Column("answer", String(24), nullable=False),
    Column("at", BigInteger, nullable=False),
    Index(None, "ref"),
)

# What people ask by right about their own data. The rest of a row is closed words: it outlives an erasure.
subject_requests = _table(
    "subject_requests",
    Column("id", ID, primary_key=True),
    Column("ref", String(12), nullable=False, unique=True),
    Column("contact_id", ID, ForeignKey("contacts.id"), nullable=False),
    Column("kind", String(16), nullable=False),  # see, correct, delete, stop, withdraw
    Column("case_ref", String(12), nullable=False, default=""),  # Empty: all that is kept about the contact.
    Column("about", String(24), nullable=False, default=""),
    Column("channel", String(16), nullable=False),
    Column("state", String(8), nullable=False),  # open, held, done
    Column("asked_at", BigInteger, nullable=False),
    Column("due_at", BigInteger, nullable=False),
    Column("done_at", BigInteger, nullable=True),
    Column("escalated_at", BigInteger, nullable=True),
    Index(None, "contact_id"),
    Index(None, "state", "due_at"),
)

# What is to be done once in a while, by whichever process comes first.
chores = _table(
    "chores",
    Column("name", String(24), primary_key=True),
    Column("at", BigInteger, nullable=False),
)

agents = _table(
    "agents",
    Column("id", ID, primary_key=True),
    Column("login", String(40), nullable=False, unique=True),
    Column("name", String(80), nullable=False),
    Column("role", String(16), nullable=False),
    Column("regency", String(5), nullable=False),
    Column("district", String(8), nullable=False),
    Column("languages", String(40), nullable=False),  # Codes, separated by spaces.
    Column("capacity", Integer, nullable=False),
    Column("password_hash", String(200), nullable=False),
    Column("active", Integer, nullable=False, default=1),
    Column("absent", Integer, nullable=False, default=0),
    Column("epoch", Integer, nullable=False, default=0),  # Raised to end every session of this person.
    Column("badge", String(4), nullable=False, default=""),  # The number on the agent's card: anybody may ask for it.
    Column("phone_idx", LargeBinary(32), nullable=True, unique=True),  # Keyed hash: from it they work by message.
    Column("sealed_phone", LargeBinary, nullable=True),  # The same phone: there they are written to.
    # Up to when they have heard of what was given to them.
    Column("told_at", BigInteger, nullable=False, default=0, server_default="0"),
    Index(None, "district"),
    Index(None, "badge"),
)

staff_sessions = _table(
    "staff_sessions",
    Column("digest", String(64), primary_key=True),  # Of the random id that only the cookie holds.
    Column("staff_id", ID, ForeignKey("agents.id"), nullable=False),
    Column("epoch", Integer, nullable=False),
    Column("started_at", BigInteger, nullable=False),
    Column("seen_at", BigInteger, nullable=False),
    Index(None, "staff_id"),
)

# Who may register people for others: cadres, companions, and agents too.
helpers = _table(
    "helpers",
    Column("id", ID, primary_key=True),
    Column("number", String(6), nullable=False, unique=True),
    Column("sealed", LargeBinary, nullable=False),  # The name.
    Column("phone_idx", LargeBinary(32), nullable=True),  # The one phone that the number counts from.
    Column("agent_id", ID, nullable=True),
    Column("regency", String(5), nullable=False),
    Column("active", Integer, nullable=False, default=1),
    Column("created_at", BigInteger, nullable=False),
)

agent_villages = _table(
    "agent_villages",
    Column("village", String(13), primary_key=True),
    Column("agent_id", ID, ForeignKey("agents.id"), primary_key=True),
    Index(None, "agent_id"),
)

tickets = _table(
    "tickets",
    Column("id", ID, primary_key=True),
    Column("ref", String(12), nullable=False, unique=True),
    Column("topic", String(24), nullable=False),
    Column("status", String(16), nullable=False),
    Column("outcome", String(24), nullable=False, default=""),
    Column("proven", Integer, nullable=False, default=0),  # The citizen's visit number was given.
    Column("contact_id", ID, nullable=False),
    Column("case_ref", String(12), nullable=False, default=""),  # The registration or dispute that it is about.
    Column("about", String(24), nullable=False, default=""),
    Column("village", String(13), nullable=False),
    Column("district", String(8), nullable=False),
    Column("regency", String(5), nullable=False),
    Column("agent_id", ID, nullable=True),
    Column("language", String(8), nullable=False),
    Column("slot", String(16), nullable=False, default=""),  # The time of day that suits the person.
    Column("due", String(10), nullable=False),
    Column("attempts", Integer, nullable=False, default=0),
    Column("accused", String(400), nullable=False, default=""),  # Ids of staff whom a report is about, with spaces.
    Column("version", Integer, nullable=False, default=1),
    Column("created_at", BigInteger, nullable=False),
    Column("changed_at", BigInteger, nullable=False),
    Index(None, "agent_id", "status"),
    Index(None, "district", "status"),
    Index(None, "case_ref"),
)

ticket_events = _table(
    "ticket_events",
    Column("id", SERIAL, primary_key=True, autoincrement=True),
    Column("ticket_id", ID, ForeignKey("tickets.id"), nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("actor", String(40), nullable=False),
    Column("what", String(24), nullable=False),
    Column("detail", String(80), nullable=False, default=""),
    Column("channel", String(16), nullable=False, server_default=""),  # Of what was done by message or call.
    Index(None, "ticket_id"),
)

visits = _table(
    "visits",
    Column("id", ID, primary_key=True),
    Column("ticket_id", ID, ForeignKey("tickets.id"), nullable=False),
    Column("agent_id", ID, nullable=False),
    Column("day", String(10), nullable=False),
    Column("slot", String(16), nullable=False),
    Column("place", String(16), nullable=False),
    Column("agent_number", String(4), nullable=False),  # Shown by the agent first; new for each visit.
    Column("sealed", LargeBinary, nullable=False),  # The citizen's visit number.
    Column("tries", Integer, nullable=False, default=0),
    Column("outcome", String(24), nullable=False, default=""),
    Column("sealed_note", LargeBinary, nullable=True),
    Column("created_at", BigInteger, nullable=False),
    Column("done_at", BigInteger, nullable=True),
    Index(None, "ticket_id"),
    Index(None, "agent_id", "day"),
)

# What people report about their data. Of a death nothing follows while it is a draft.
updates = _table(
    "updates",
    Column("id", ID, primary_key=True),
    Column("ref", String(12), nullable=False, unique=True),
    Column("kind", String(16), nullable=False),
    Column("case_ref", String(12), nullable=False),
    Column("contact_id", ID, ForeignKey("contacts.id"), nullable=False),  # Who reported it.
    Column("registration_id", ID, nullable=True),  # The case's; a dispute has none.
    Column("subject_id", ID, nullable=True),  # Of a death: the registration of the person who is said to have died.
    Column("state", String(16), nullable=False),
    Column("confirmed_by", String(16), nullable=False, default=""),
    Column("update_id", String(64), nullable=True),  # The portal's.
    Column("sealed", LargeBinary, nullable=False),
    Column("channel", String(16), nullable=False),
    Column("language", String(8), nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("changed_at", BigInteger, nullable=False),
    Index(None, "case_ref"),
)

# What a contact is asked when it dials next, to be answered with one digit.
inquiries = _table(
    "inquiries",
    Column("id", ID, primary_key=True),
    Column("contact_id", ID, ForeignKey("contacts.id"), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("ref", String(12), nullable=False),  # The number that the question names.
    Column("subject", ID, nullable=False),  # An update's or a registration's id.
    Column("period", String(8), nullable=False, default=""),
    Column("answer", String(16), nullable=False, default=""),
    Column("asked_at", BigInteger, nullable=False),
    Column("until", BigInteger, nullable=False),
    Column("answered_at", BigInteger, nullable=True),
    UniqueConstraint("subject", "kind", "period", "contact_id"),
    Index(None, "contact_id"),
)

proofs = _table(
    "proofs",
    Column("ref", String(12), primary_key=True),
    Column("idx", LargeBinary(32), nullable=False),  # Keyed hash of the number and the digits that were sent.
    Column("at", BigInteger, nullable=False),
)

messages = _table(
    "messages",
    Column("id", ID, primary_key=True),
    Column("key", String(80), nullable=False, unique=True),  # One event says its sentence once.
    Column("contact_id", ID, ForeignKey("contacts.id"), nullable=False),
    Column("ref", String(12), nullable=False),
    Column("sentence", String(40), nullable=False),
    Column("channel", String(16), nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("delivery", String(24), nullable=False),
    Column("gateway", String(24), nullable=False, default=""),
    Column("provider_id", String(80), nullable=True),
    Column("created_at", BigInteger, nullable=False),
    Column("sent_at", BigInteger, nullable=True),
    Index(None, "contact_id"),
    Index(None, "provider_id"),
)

outbox = _table(
    "outbox",
    Column("id", SERIAL, primary_key=True, autoincrement=True),
    Column("key", String(80), nullable=False, unique=True),  # Also the receiver's idempotency key.
    Column("kind", String(24), nullable=False),
    Column("subject", String(64), nullable=False),  # What it is about, by id: never personal data.
    Column("state", String(8), nullable=False),  # due, done, dead
    Column("due_at", BigInteger, nullable=False),
    Column("attempt", Integer, nullable=False, default=0),
    Column("failures", Integer, nullable=False, default=0),
    Column("leased_until", BigInteger, nullable=False, default=0),
    Column("error", String(80), nullable=False, default=""),
    Column("created_at", BigInteger, nullable=False),
    Column("done_at", BigInteger, nullable=True),
    Index(None, "state", "due_at"),
)

waiting = _table(
    "waiting",
    Column("contact_id", ID, ForeignKey("contacts.id"), primary_key=True),
    Column("regency", String(5), primary_key=True),
    Column("at", BigInteger, nullable=False),
)

events = _table(
    "events",
    Column("id", SERIAL, primary_key=True, autoincrement=True),
    Column("at", BigInteger, nullable=False),
    Column("channel", String(16), nullable=False),
    Column("gateway", String(24), nullable=False),
    Column("language", String(8), nullable=False),
    Column("flow", String(24), nullable=False),
    Column("key", String(40), nullable=False),
    Column("what", String(16), nullable=False),
    Column("micros", Integer, nullable=False),
)

audit = _table(
    "audit",
    Column("id", SERIAL, primary_key=True, autoincrement=True),
    Column("at", BigInteger, nullable=False),
    Column("actor", String(40), nullable=False),
    Column("verb", String(24), nullable=False),
    Column("subject", String(64), nullable=False),
    Index(None, "subject"),
    Index(None, "actor", "at"),  # How many tickets somebody has opened lately.
)

tries = _table(
    "tries",
    Column("id", SERIAL, primary_key=True, autoincrement=True),
    Column("scope", String(24), nullable=False),
    Column("idx", LargeBinary(32), nullable=False),
    Column("at", BigInteger, nullable=False),
    Index(None, "scope", "idx", "at"),
)

# By a line that brings messages again without saying so: what it may still bring again, and parts of messages.
heard = _table(
    "heard",
    Column("mark", LargeBinary(32), primary_key=True),  # Keyed hash of sender and words, or of what parts share.
    Column("part", Integer, primary_key=True),
    Column("id", ID, nullable=False),  # The message's in the inbox.
    Column("sender_idx", LargeBinary(32), nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("at", BigInteger, nullable=False),
    Index(None, "at"),
    by_key=True,
)

early_receipts = _table(
    "early_receipts",
    Column("gateway", String(24), primary_key=True),
    Column("provider_id", String(80), primary_key=True),
    Column("delivery", String(24), nullable=False),
    Column("reason", String(40), nullable=False),
    Column("at", BigInteger, nullable=False),
    Index(None, "at"),
    by_key=True,
)

# Messages that failed however often they came: people look at them, and can have them taken again.
untaken = _table(
    "untaken",
    Column("id", ID, primary_key=True),  # The same for the same message each time that it is brought.
    Column("gateway", String(24), nullable=False),
    Column("sender_idx", LargeBinary(32), nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("at", BigInteger, nullable=False),
    Index(None, "at"),
)

unclear = _table(
    "unclear",
    Column("id", ID, primary_key=True),  # Random, and in SQLite the order of the rows: nothing tells who came when.
    Column("day", String(10), nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Index(None, "day"),
    by_key=True,
)

# Every sealed column, with the column that names its row: the key rotation walks through this.
SEALED = (
    (identities, "sealed", "contact_id"),
    (sessions, "sealed", "contact_id"),
    (inbox, "sealed", "key"),
    (heard, "sealed", "id"),
    (dialogues, "sealed", "key"),
    (registrations, "sealed", "id"),
    (registrations, "sealed_details", "id"),
    (registrations, "sealed_intent", "id"),
    (disputes, "sealed", "id"),
    (objections, "sealed", "id"),
    (reports, "sealed", "id"),
    (visits, "sealed", "id"),
    (visits, "sealed_note", "id"),
    (messages, "sealed", "id"),
    (updates, "sealed", "id"),
    (helpers, "sealed", "id"),
    (agents, "sealed_phone", "id"),
    (untaken, "sealed", "id"),
    (unclear, "sealed", "id"),
)
