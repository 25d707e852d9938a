"""The Verilog that joins golden and candidate: the same inputs for both, and one output that says that they differ."""

from dataclasses import dataclass

from rtlvr.hdl.circuit import Circuit
from rtlvr.verify.netlist import Model

Groups = list[list[str]]  # ports that change together, in model `event`


@dataclass(frozen=True)
class Wrapper:
    """What is to be joined; `free` names an input of the candidate for all that it does not know, with its width.

    Without `free` the candidate is on two rails, as the golden is.
    """

    circuit: Circuit
    nonce: str
    model: Model
    groups: Groups
    free: tuple[str, int] | None = None

    def text(self) -> str:
        """The module `join_` and its nonce, of which the first output is 1 where they differ.

        Without `free` there is a second one, which is 1 where both are known and differ.
        """
        nonce, circuit, event = self.nonce, self.circuit, self.model == "event"
        extra = [(f"tick_{nonce}", 1)] if self.model == "pulse" else []
        extra += [(f"turn_{nonce}", max(1, (len(self.groups)).bit_length()))] if event else []
        free = [self.free] if self.free and self.free[1] else []
        names = [(p.name, p.width) for p in circuit.inputs] + extra + free
        declared = [f"input [{width - 1}:0] \\{name} " for name, width in names]
        bad = [f"bad_{nonce}"] if self.free else [f"bad_{nonce}", f"value_{nonce}"]
        lines = [f"module join_{nonce}({', '.join([*declared, *(f'output {name}' for name in bad)])});"]
        lines += self._turns() if event else []
        prefix = f"now_{nonce}_" if event else ""
        pins = [f".\\{p.name} (\\{prefix}{p.name} )" for p in circuit.inputs]
        pins += [f".\\{name} (\\{name} )" for name, _ in extra if not event]
        lines += self._instance("gold", pins, "dx")
        lines += self._instance("gate", pins + [f".{name}({name})" for name, _ in free], "d" if self.free else "dx")
        terms = [term for index in range(len(circuit.outputs)) for term in self._differs(index)]
        lines.append(f"assign bad_{nonce} = {' || '.join(terms)};")
        if not self.free:
            values = " || ".join(self._values(index) for index in range(len(circuit.outputs)))
            lines.append(f"assign value_{nonce} = {values};")
        return "\n".join([*lines, "endmodule\n"])

    def _instance(self, role: str, pins: list[str], rails: str) -> list[str]:
        lines, outs, nonce = [], [], self.nonce
        for index, port in enumerate(self.circuit.outputs):
            for rail in rails:
                lines.append(f"wire [{port.width - 1}:0] {role}_{index}_{rail}_{nonce};")
                outs.append(f".y{index}_{nonce}_{rail}({role}_{index}_{rail}_{nonce})")
        return [*lines, f"{role}_{nonce} {role}_i({', '.join(pins + outs)});"]

    def _differs(self, index: int) -> list[str]:
        """Conditions under which output `index` of the golden is known and the candidate's is another, or unknown."""
        gold, gate = (tuple(f"{role}_{index}_{rail}_{self.nonce}" for rail in "dx") for role in ("gold", "gate"))
        # Written with comparisons, because Yosys folds one whose sides have turned out to be the same.
        another = f"(({gold[0]} | {gold[1]}) != ({gate[0]} | {gold[1]}))"
        return [another] if self.free else [another, f"(({gate[1]} != {gold[1]}) && |({gate[1]} & ~{gold[1]}))"]

    def _values(self, index: int) -> str:
        """Where output `index` of both is known, and differs."""
        gold, gate = (tuple(f"{role}_{index}_{rail}_{self.nonce}" for rail in "dx") for role in ("gold", "gate"))
        return f"(({gold[0]} | {gold[1]} | {gate[1]}) != ({gate[0]} | {gold[1]} | {gate[1]}))"

    def _turns(self) -> list[str]:
        """Inputs that keep their value unless it is their group's turn to change."""
        nonce, turn_of = self.nonce, {name: number for number, group in enumerate(self.groups) for name in group}
        lines = [f"(* gclk *) reg clock_{nonce};"]
        for port in self.circuit.inputs:
            now, held, span = f"\\now_{nonce}_{port.name} ", f"\\held_{nonce}_{port.name} ", f"[{port.width - 1}:0]"
            lines += [
                f"wire {span} {now};",
                f"reg {span} {held} = {resting(self.circuit, port.name)};",
                f"assign {now} = turn_{nonce} == {turn_of[port.name]} ? \\{port.name}  : {held};",
                f"always @(posedge clock_{nonce}) {held} <= {now};",
            ]
        return lines


def resting(circuit: Circuit, name: str) -> int:
    """The value that an input has before the first step: clocks of falling edges rest high, all else is 0."""
    return int(any(clock.name == name and clock.edges == ("negedge",) for clock in circuit.clocks))
