"""
Which customer keys encrypt a resource of a template.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from pipes_trigger.permissions.arns import arns_of, expand
from pipes_trigger.permissions.expressions import expression
from pipes_trigger.permissions.references import logical_id, properties

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipes_trigger.permissions.expressions import Expression

# What the property is called: in tables, topics and queues, log groups, pipes and buses, functions, delivery streams.
_PROPERTIES: Final = frozenset(
    {"KMSMasterKeyId", "KmsMasterKeyId", "KmsMasterKeyID", "KMSMasterKeyID"}
    | {"KmsKeyId", "KmsKeyIdentifier", "KmsKeyArn", "KMSKeyArn"}
)
_KEY: Final = "AWS::KMS::Key"
_ALIAS: Final = "AWS::KMS::Alias"


def keys_of(section: Mapping[str, Any], resources: Mapping[str, Any]) -> tuple[Expression, ...]:
    """
    Give the ARNs, written out, of the customer keys that a resource's properties name; AWS's own keys are left out.

    Example:
        >>> from pipes_trigger.permissions.expressions import show
        >>> key = {"Type": "AWS::KMS::Key"}
        >>> [show(arn) for arn in keys_of({"KmsMasterKeyId": {"Ref": "Key"}}, {"Key": key})]
        ['arn:${AWS::Partition}:kms:${AWS::Region}:${AWS::AccountId}:key/${Key}']
        >>> keys_of({"KmsMasterKeyId": "alias/aws/sns"}, {})
        ()
    """
    named = (_arn(value, resources) for value in _values(section))
    return tuple(dict.fromkeys(arn for arn in named if arn is not None))


def _values(value: Any) -> Iterator[Any]:
    if isinstance(value, Mapping):
        for name, each in value.items():
            if name in _PROPERTIES:
                yield each
            else:
                yield from _values(each)
    elif isinstance(value, Sequence) and not isinstance(value, str):
        for each in value:
            yield from _values(each)


def _arn(value: Any, resources: Mapping[str, Any]) -> Expression | None:
    found = logical_id(value, resources)
    kind = resources[found].get("Type") if found else None
    if found and kind == _KEY:
        return arns_of(found, resources)[0]
    if found and kind == _ALIAS:
        return _arn(properties(found, resources).get("TargetKeyId"), resources)
    written = expand(expression(value), resources)
    return None if "".join(part for part in written[:6] if isinstance(part, str)) == "alias/" else written
