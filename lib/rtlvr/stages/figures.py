"""Stage 08: the paper's figures, ours beside the published ones, from results alone. `rtlvr.report.figures` lists them."""

from matplotlib.figure import Figure

from rtlvr.records import Measurement
from rtlvr.report.figures import COMMANDS, FIGURES, RunTables, beside_the_papers, tables_of
from rtlvr.report.style import save
from rtlvr.stage import Result
from rtlvr.stages.context import Context


def measured(context: Context) -> RunTables:
    """Gather what the run's other stages have measured so far; empty tables where they have not run."""
    return tables_of(context.folder.parent, context.params.profile)


def draw(context: Context, found: RunTables, name: str) -> Figure | None:
    """Draw a figure and save it as PNG, PDF and CSV; None, with a line that says so, where its stage has not run."""
    drawn = FIGURES[name](found)
    if drawn is None:
        print(f"{name}: its notebook has not run")
        return None
    save(*drawn, context.folder, name)
    if name in COMMANDS and not beside_the_papers(drawn[1]):
        print(f"{name}: this run has nothing on the paper's benchmark; it would come from: {COMMANDS[name]}")
    return drawn[0]


def finish(context: Context) -> Result:
    """Count the figures that are there."""
    count = len(list(context.folder.glob("*.png")))
    return context.finish([Measurement(stage=context.name, metric="figures", value=count, n=count)])


def run(context: Context) -> Result:
    """Draw all figures."""
    found = measured(context)
    for name in FIGURES:
        draw(context, found, name)
    return finish(context)
