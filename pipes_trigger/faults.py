"""
The faults of one call, whatever room they were found in, and the one error that they make.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pipes_trigger.errors import ConfigurationError, TriggerTargetError, Violation, ViolationsError
from pipes_trigger.quick_dataclasses import dataclass, field

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


@dataclass(slots=True)
class Faults:
    """
    Every fault of one call, and the error that they make.
    """

    found: list[tuple[type[ViolationsError], Violation]] = field(default_factory=list)

    def add(self, violations: Sequence[Violation], kind: type[ViolationsError] = ConfigurationError) -> None:
        """
        Keep faults, and the error that they make when there are no others.
        """
        self.found.extend((kind, violation) for violation in violations)

    def collect(self, make: Callable[[], Any]) -> Any:
        """
        Return what `make` returns, or None after keeping the faults that it raised.
        """
        try:
            return make()
        except ViolationsError as error:
            self.add(error.violations, type(error))
            return None

    def refuse(self) -> None:
        """
        Raise one error with every fault, if there is any.

        A wrong target is a TypeError whatever stands beside it; otherwise faults of one room keep its error.
        """
        if not self.found:
            return
        kinds = {kind for kind, _ in self.found}
        violations = [violation for _, violation in self.found]
        if TriggerTargetError in kinds:
            raise TriggerTargetError(violations)
        raise (kinds.pop() if len(kinds) == 1 else ConfigurationError)(violations)
