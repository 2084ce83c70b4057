"""
The proof that filters and template make sense together, for the view type of the stream.
"""

from pipes_trigger.proof.counterexample import Counterexample
from pipes_trigger.proof.prove import counterexamples, never_matching, prove

__all__ = ["Counterexample", "counterexamples", "never_matching", "prove"]
