"""Feedback for a model that writes a design: a specification, a hidden golden, and the tools compile, simulate and check."""

from rtlvr.environment.answers import Answer, CheckAnswer, CompileAnswer, Shown, SimulateAnswer
from rtlvr.environment.session import Budget, Session
from rtlvr.verify.protocol import Bench

__all__ = ["Answer", "Bench", "Budget", "CheckAnswer", "CompileAnswer", "Session", "Shown", "SimulateAnswer"]
