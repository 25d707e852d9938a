"""Names in VHDL and in Verilog: what GHDL would confuse is called otherwise while GHDL is at work, then called back."""

import re
from collections.abc import Mapping, Sequence

from rtlvr.verify.vhdl_source import RESERVED, Token

_KEYWORDS = """
    accept_on alias always always_comb always_ff always_latch and assert assign assume automatic before begin bind bins
    binsof bit break buf bufif0 bufif1 byte case casex casez cell chandle checker class clocking cmos config const
    constraint context continue cover covergroup coverpoint cross deassign default defparam design disable dist do edge
    else end endcase endchecker endclass endclocking endconfig endfunction endgenerate endgroup endinterface endmodule
    endpackage endprimitive endprogram endproperty endspecify endsequence endtable endtask enum event eventually expect
    export extends extern final first_match for force foreach forever fork forkjoin function generate genvar global highz0
    highz1 if iff ifnone ignore_bins illegal_bins implements implies import incdir include initial inout input inside
    instance int integer interconnect interface intersect join join_any join_none large let liblist library local
    localparam logic longint macromodule matches medium modport module nand negedge nettype new nexttime nmos nor
    noshowcancelled not notif0 notif1 null or output package packed parameter pmos posedge primitive priority program
    property protected pull0 pull1 pulldown pullup pulsestyle_ondetect pulsestyle_onevent pure rand randc randcase
    randsequence rcmos real realtime ref reg reject_on release repeat restrict return rnmos rpmos rtran rtranif0 rtranif1
    s_always s_eventually s_nexttime s_until s_until_with scalared sequence shortint shortreal showcancelled signed small
    soft solve specify specparam static string strong strong0 strong1 struct super supply0 supply1 sync_accept_on
    sync_reject_on table tagged task this throughout time timeprecision timeunit tran tranif0 tranif1 tri tri0 tri1 triand
    trior trireg type typedef union unique unique0 unsigned until until_with untyped use uwire var vectored virtual void
    wait wait_order wand weak weak0 weak1 while wildcard wire with within wor xnor xor
"""
KEYWORDS = frozenset(_KEYWORDS.split())
_PREDEFINED = frozenset(("bit", "event", "integer", "real", "time", "string", "signed", "unsigned"))  # in VHDL
_WORD = re.compile(r'"(?:\\.|[^"\\\n])*"|\\[^\s]+|(?<![\w\'$])[A-Za-z_][\w$]*')


def replacements(parts: Sequence[Token]) -> dict[str, str]:
    """Other names for some: Verilog's keywords, extended identifiers, and such as GHDL makes itself (`n12_o`, `i0_q`)."""
    words = {part.name for part in parts if part.kind == "word"}
    declared = _declared(parts)
    free = (f"vx{number or ''}n" for number in range(len(words) + 1))
    prefix = next(one for one in free if not any(one in word for word in words))
    odd = sorted(word for word in words if _odd(word, declared))
    return {word: f"{prefix}{place}" for place, word in enumerate(odd)}


def _declared(parts: Sequence[Token]) -> set[str]:
    """Labels and what is declared in lists such as `a, b : in bit`."""
    found = set()
    for at, part in enumerate(parts):
        if part.text == ":" and parts[at + 1 : at + 2] and parts[at + 1].text != "=":
            back = at - 1
            found.add(parts[back].name)
            while back > 1 and parts[back - 1].text == ",":
                back -= 2
                found.add(parts[back].name)
    return found - RESERVED


def _odd(word: str, declared: set[str]) -> bool:
    if word[0] == "\\" or (word in KEYWORDS - _PREDEFINED and word not in RESERVED):
        return True
    if word not in declared:
        return False
    pieces = word.split("_")
    heads = {"_".join(pieces[:i]) for i in range(1, len(pieces))}
    return bool(heads & declared) or (len(pieces) > 1 and re.fullmatch(r"n\d+", pieces[0]) is not None)


def spelled_in_verilog(name: str) -> str:
    """`name` as Verilog writes it."""
    plain = re.fullmatch(r"[A-Za-z_][\w$]*", name, re.ASCII) and name not in KEYWORDS
    return name if plain else f"\\{name} "


def restore(verilog: str, names: Mapping[str, str]) -> str:
    """`verilog` with the names replaced; what already bears one of the new names gets another.

    A name made of one of them and more, as GHDL makes for a record's field (`old_field`), follows it.
    """
    if not names:
        return verilog
    used = set(_WORD.findall(verilog))
    instead = {old: spelled_in_verilog(new) for old, new in names.items()}
    taken = used | {one.rstrip() for one in instead.values()}
    for one in sorted(used - set(instead)):
        head, mark, rest = one.partition("_")
        new = f"{names[head]}_{rest}" if mark and head in names else one
        if new != one or new in {other.rstrip() for other in instead.values()}:
            fresh = (new if number == 1 else f"{new}_{number}" for number in range(1, len(taken) + 2))
            instead[one] = spelled_in_verilog(next(name for name in fresh if name not in taken))
            taken.add(instead[one].rstrip())
    return _WORD.sub(lambda found: instead.get(found.group(), found.group()), verilog)
