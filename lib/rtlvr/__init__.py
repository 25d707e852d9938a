"""rtlvr: reproduce and extend QiMeng-CodeV-R1 (arXiv 2505.24183).

PyTorch's threads on a CPU wait for one another. By default they wait by spinning, which beside any other busy process costs
most of the machine. Here they sleep instead (`OMP_WAIT_POLICY`), unless the variable is set already. It is read when PyTorch
is loaded, so import `rtlvr` first.

The same holds of progress bars, other packages' included: one is drawn where something takes more than two seconds
(`TQDM_DELAY`), and there are not a dozen of them that were full at once.
"""

import os

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
os.environ.setdefault("TQDM_DELAY", "2")

from rtlvr.errors import DesignError, InfrastructureError, ParameterError, RtlvrError, StageError
from rtlvr.verify import Verdict, verify, verify_many

__all__ = [
    "DesignError",
    "InfrastructureError",
    "ParameterError",
    "RtlvrError",
    "StageError",
    "Verdict",
    "verify",
    "verify_many",
]
