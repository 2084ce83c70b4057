"""
What delivery has to know of a pipe.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from pipes_trigger.delivery.batches import Record
    from pipes_trigger.filters import FilterPattern
    from pipes_trigger.templates import PipeContext


class PipeSettings(Protocol):
    """
    What delivery reads of a pipe; `pipes_trigger.spec.PipeSpec` has it all.

    Example:
        >>> from pipes_trigger.spec import PipeSpec
        >>> settings: PipeSettings = PipeSpec(logical_id="Pipe", name="orders", source="stream", target="function")
        >>> settings.bisect
        False
    """

    @property
    def filters(self) -> tuple[FilterPattern, ...]:
        """
        The pipe's filters; any one that matches lets a record through, none at all lets every record through.
        """
        ...

    @property
    def batch_size(self) -> int:
        """
        The most records that are sent together.
        """
        ...

    @property
    def batching_window(self) -> int:
        """
        Seconds to wait for a full batch.
        """
        ...

    @property
    def parallelization_factor(self) -> int:
        """
        The most batches of one shard that are in flight at once, 1 to 10.
        """
        ...

    @property
    def maximum_retry_attempts(self) -> int:
        """
        How often a batch is sent again, -1 until its records expire.
        """
        ...

    @property
    def maximum_record_age(self) -> int:
        """
        Seconds after which a record is given up, -1 when the stream forgets it.
        """
        ...

    @property
    def bisect(self) -> bool:
        """
        Whether a failed batch is split.
        """
        ...

    @property
    def enrichment(self) -> Any:
        """
        The pipe's enrichment, None where it has none.
        """
        ...

    def passes(self, record: Record) -> bool:
        """
        Say whether the filters let a record through.
        """
        ...

    def element_text(self, record: Record, pipe: PipeContext | None = None) -> str:
        """
        Render what the target gets of one record, as JSON text; not asked for where there is an enrichment.

        Args:
            record: The record.
            pipe: What the template's reserved variables stand for.

        Raises:
            InputTemplateError: A record that the input template cannot be rendered for.
        """
        ...

    def enrichment_text(self, record: Record, pipe: PipeContext | None = None) -> str:
        """
        Render what the enrichment gets of one record, as JSON text; asked for where there is one.

        Args:
            record: The record.
            pipe: What the template's reserved variables stand for.

        Raises:
            InputTemplateError: A record that the enrichment's input template cannot be rendered for.
        """
        ...

    def enriched_text(self, event: Any, pipe: PipeContext | None = None) -> str:
        """
        Render what the target gets of one event that the enrichment answered, as JSON text.

        Args:
            event: The event, JSON-shaped.
            pipe: What the template's reserved variables stand for.

        Raises:
            InputTemplateError: An event that the input template cannot be rendered for.
        """
        ...
