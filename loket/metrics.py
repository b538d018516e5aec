"""What is counted. Labels come from closed sets only: channels, gateways, flows and what happened."""

from functools import cache
from time import perf_counter

from prometheus_client import Counter, Gauge, Histogram, start_http_server

from bot.engine import Turn
from bot.messages import Inbound

SHARED = "PROMETHEUS_MULTIPROC_DIR"  # Where several processes count together; prometheus_client reads it when imported.

TURNS = Counter("loket_turns_total", "Turns answered.", ("channel", "gateway", "flow", "what"))
TURN_SECONDS = Histogram(
    "loket_turn_seconds",
    "Time from a message to its kept page.",
    ("channel",),
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 3, 10),
)

# A label's child is looked up with a lock each time, and every turn has two.
turn, turn_seconds = cache(TURNS.labels), cache(TURN_SECONDS.labels)
LATE_TURNS = Counter("loket_late_turns_total", "Turns kept after the gateway had given up.", ("gateway",))
FAILED_TURNS = Counter("loket_failed_turns_total", "Turns that ended in an apology.", ("channel", "gateway"))
UNTAKEN = Counter("loket_untaken_total", "Messages put aside: see loket messages.", ("gateway",))
JOBS = Counter("loket_jobs_total", "Jobs settled.", ("kind", "result"))
SMPP_PDUS = Counter("loket_smpp_pdus_total", "PDUs exchanged with the SMSC.", ("pdu", "outcome"))
SMPP_BOUND = Gauge("loket_smpp_bound", "Whether the bind to the SMSC stands.", multiprocess_mode="max")
OUTBOX_DUE = Gauge("loket_outbox_due", "Jobs that wait for their time or a worker.", multiprocess_mode="mostrecent")
OUTBOX_DEAD = Gauge("loket_outbox_dead", "Jobs that people have to look at.", multiprocess_mode="mostrecent")
OUTBOX_AGE = Gauge("loket_outbox_oldest_seconds", "Age of the oldest due job.", multiprocess_mode="mostrecent")


def count_turn(inbound: Inbound, done: Turn, began: float) -> None:
    """`began`: by perf_counter."""
    flow, _, what = done.events[-1] if done.events else ("", "", "repeated")
    turn(inbound.channel, inbound.gateway, flow, what).inc()
    turn_seconds(inbound.channel).observe(perf_counter() - began)


def serve(port: int) -> None:
    """The figures of a process that serves no pages, on loopback."""
    start_http_server(port, "127.0.0.1")
