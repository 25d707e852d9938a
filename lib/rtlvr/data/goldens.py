"""What a run starts from: the goldens of its sources, cleaned, and the procedural designs."""

from collections.abc import Sequence
from functools import partial
from itertools import chain
from pathlib import Path

from rtlvr.data.clean import Cleaner
from rtlvr.data.corpus import procedural
from rtlvr.data.decontaminate import BenchmarkIndex, Reference
from rtlvr.data.families import DrawnDesign
from rtlvr.data.sources import read_source, source_digest
from rtlvr.records import Golden, read_jsonl
from rtlvr.schema import Corpus
from rtlvr.verify import Pool, Stimuli


def natural(
    corpus: Corpus, folder: Path, pool: Pool, stimuli: Stimuli, references: Sequence[Reference] = ()
) -> tuple[list[Golden], list[tuple[str, int]]]:
    """The goldens of a profile's sources, cleaned into `folder`, and the funnel of their cleaning.

    Args:
        references: the benchmarks' solutions, to keep out.

    Raises:
        ParameterError, StageError: a source does not exist or cannot be read.
    """
    key = "".join(map(source_digest, corpus.sources)) + str(sorted(r.name for r in references))
    benchmarks = partial(BenchmarkIndex, references, pool, stimuli) if references else None
    large = any(not spec.startswith("seed") for spec in corpus.sources)
    cleaner = Cleaner(folder, corpus, pool, stimuli, benchmarks, jobs=0 if large else 1, key=key)
    left = cleaner.run(chain.from_iterable(map(read_source, corpus.sources)))
    return read_jsonl(cleaner.goldens, Golden), left


def drawn(corpus: Corpus, seed: int) -> tuple[list[Golden], dict[str, DrawnDesign]]:
    """The procedural goldens of a profile, with their designs by golden id.

    They are distinct and of known origin, and alike by intent: cleaning does not apply to them.
    """
    pairs = list(procedural(corpus.designs, seed))
    return [golden for golden, _ in pairs], {golden.id: design for golden, design in pairs}
