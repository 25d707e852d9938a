"""One problem of a benchmark, and where an answer goes in it."""

from typing import Literal

from pydantic import Field

from rtlvr.hdl.declarations import header
from rtlvr.records import Record

HeaderGiven = Literal["upstream", "always", "never"]
Style = Literal["verilog-eval", "rtllm", "equivalence"]


class Task(Record):
    """One problem: `top` is the module asked for, `header` its interface where the benchmark gives it as code.

    `style` says what judges: a testbench that prints a count (`verilog-eval`) or a line with `pass` in it (`rtllm`), or the
    verifier, by comparison with the reference (`equivalence`: there is no testbench).
    `missing` and `around`: a module of a larger design is asked for; the design without it, of which `top` is the top.
    """

    id: str
    benchmark: str
    style: Style
    prompt: str
    top: str
    header: str
    testbench: str
    reference: str
    missing: str = ""
    around: str = ""
    files: dict[str, str] = Field(default_factory=dict)  # data files that the testbench reads, by name
    patches: tuple[str, ...] = ()  # what was applied to upstream's text, as `kind: cause`
    skipped: tuple[str, ...] = ()  # patches that upstream's text no longer fits

    def question(self, given: HeaderGiven) -> str:
        """The prompt, with the interface of the module as code or without it.

        Args:
            given: `upstream` leaves the prompt as it was published; `always` adds the interface where the prompt lacks it
                (the reference's own, where the benchmark states none); `never` takes it out.
        """
        interface = self.header.strip()
        if given == "upstream":
            return self.prompt
        if given == "never":
            return self.prompt.replace(interface, "").strip() + "\n" if interface else self.prompt
        interface = interface or header(self.reference, self.asked).strip()
        return self.prompt if interface in self.prompt else f"{self.prompt.strip()}\n\n{interface}\n"

    @property
    def asked(self) -> str:
        """The module that an answer has to hold."""
        return self.missing or self.top
