"""What a server counts, for Prometheus."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, generate_latest

from rtlvr.serve.desk import Desk
from rtlvr.verify import Verdict

_SECONDS = (0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30, 100, 300)


class Metrics:
    """The counters of one server."""

    def __init__(self, desk: Desk) -> None:
        self._registry = CollectorRegistry()
        ProcessCollector(registry=self._registry)
        here = self._registry
        self.accepted = Counter("rtlvr_accepted", "Requests whose head has arrived", registry=here)
        self.answered = Counter("rtlvr_answered", "Requests whose answer was sent, by status", ["code"], registry=here)
        self._verdicts = Counter("rtlvr_verdicts", "Verdicts by status", ["status"], registry=here)
        self._seconds = Histogram(
            "rtlvr_verdict_seconds", "Seconds from asking to verdict", buckets=_SECONDS, registry=here
        )
        for name, what, value in (
            ("rtlvr_inside", "Checks that wait or are under way", lambda: desk.inside),
            ("rtlvr_running", "Checks under way", lambda: desk.running),
            ("rtlvr_capacity", "Checks that may be inside", lambda: desk.capacity),
            ("rtlvr_workers", "Worker processes", lambda: desk.jobs),
        ):
            Gauge(name, what, registry=here).set_function(value)

    def judged(self, verdict: Verdict, seconds: float) -> None:
        """Count a verdict."""
        self._verdicts.labels(verdict.status).inc()
        self._seconds.observe(seconds)

    def traffic(self) -> tuple[int, int]:
        """How many requests came, and how many were answered."""
        return _total(self.accepted), _total(self.answered)

    def text(self) -> bytes:
        """All of it, as Prometheus reads it."""
        return bytes(generate_latest(self._registry))


def _total(counter: Counter) -> int:
    """A counter's value, over all of its labels."""
    samples = [sample for metric in counter.collect() for sample in metric.samples]
    return int(sum(sample.value for sample in samples if sample.name.endswith("_total")))
