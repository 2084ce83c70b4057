"""
StreamSource: where the table's and the stream's ARN come from.

CDK is loaded only to build a table; everything else is text.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, cast

from pipes_trigger.errors import ConfigurationError, ParameterNotFoundError, Violation
from pipes_trigger.helpers.naming import AWSResourceNameLength, AWSResourceType, ResourceNaming
from pipes_trigger.helpers.option_checks import key_faults, refuse
from pipes_trigger.quick_dataclasses import dataclass, field

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aws_cdk.aws_dynamodb import ITable, ITableV2
    from aws_cdk.aws_kms import IKey
    from constructs import Construct

    from pipes_trigger.helpers.app import AppHelper
    from pipes_trigger.helpers.naming import NamingSettings


# The methods of `AppHelper`.
_HELPER_METHODS: Final = ("get_parameter_value", "get_from_common", "get_from_env")


@dataclass(frozen=True, slots=True)
class TableNames:
    """
    What a table and the two SSM parameters that hold its ARNs are called: for the stack that makes them.

    Example:
        >>> from pipes_trigger import ApplicationHelper
        >>> common = {"domain": "shop", "project": "web"}
        >>> helper = ApplicationHelper(environment="dev", environments={"dev": {}}, common=common)
        >>> names = TableNames.of(helper, "deployment-requests")
        >>> names.table, names.stream_parameter
        ('shop-web-dev-deployment-requests', 'dynamodb_table_stream_shop_web_dev_deployment_requests')
    """

    table: str

    @classmethod
    def of(cls, app_helper: NamingSettings, table_base_name: str) -> TableNames:
        """
        Name a table from the settings.
        """
        name, _ = ResourceNaming.get_name_for_resource(
            app_helper,
            AWSResourceType.DYNAMODB,
            resource_name=table_base_name,
            max_length=AWSResourceNameLength.DYN_TABLE.value,
        )
        return cls(name)

    @property
    def table_parameter(self) -> str:
        """
        The parameter that holds the table's ARN.
        """
        return f"dynamodb_table_{self.table.replace('-', '_')}"

    @property
    def stream_parameter(self) -> str:
        """
        The parameter that holds the stream's ARN.
        """
        return f"dynamodb_table_stream_{self.table.replace('-', '_')}"


@dataclass(frozen=True, slots=True, kw_only=True)
class TableStream:
    """
    What a source found or built.

    Attributes:
        table_arn: The table's ARN, or a token.
        stream_arn: The stream's ARN, or a token.
        table: The table's construct where there is one.
        key_arn: The ARN of the customer key that the table is encrypted with, where there is one.
    """

    table_arn: str
    stream_arn: str
    table: ITable | None = None
    key_arn: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamShape:
    """
    What is known of a stream's records before it is deployed; None where it is not known.

    Attributes:
        view_type: `NEW_IMAGE`, `OLD_IMAGE`, `NEW_AND_OLD_IMAGES` or `KEYS_ONLY`.
        keys: The table's key attributes with their types, such as `{"id": "S"}`.
    """

    view_type: str | None = None
    keys: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class StreamSource:
    """
    A table with a stream: looked up in SSM, given, or built.

    Make one with `from_parameters`, `from_table` or `new_table`.

    Example:
        >>> StreamSource.from_parameters("deployment-requests")
        StreamSource(kind='parameters')
    """

    kind: str
    _base_name: str = field(default="", repr=False)
    _table: Any = field(default=None, repr=False)
    _props: tuple[tuple[str, Any], ...] = field(default=(), repr=False)
    _key: Any = field(default=None, repr=False)

    @classmethod
    def from_parameters(cls, table_base_name: str, *, encryption_key: IKey | str | None = None) -> StreamSource:
        """
        Look both ARNs up in SSM, under `dynamodb_table_<name>` and `dynamodb_table_stream_<name>`.

        The name is the table's, made by `ResourceNaming` from `table_base_name`, with `-` turned into `_`.

        Args:
            table_base_name: What the table is called within the project.
            encryption_key: The customer key that the table is encrypted with, or its ARN, where there is one.

        Raises:
            ConfigurationError: The name is none, or the key is none.

        Example:
            >>> StreamSource.from_parameters("orders").kind
            'parameters'
        """
        faults = (
            [] if isinstance(encryption_key, str) else key_faults("from_parameters(encryption_key=)", encryption_key)
        )
        if not isinstance(table_base_name, str) or not table_base_name:
            problem = f"must be a table's name, got {table_base_name!r}"
            faults.append(Violation("SR004", "from_parameters", problem, "write what the table is called"))
        refuse(faults)
        return cls("parameters", _base_name=table_base_name, _key=encryption_key)

    @classmethod
    def from_table(cls, table: ITable | ITableV2) -> StreamSource:
        """
        Use a table of this app, or an imported one.

        Args:
            table: Any table that has a stream; with a customer key the pipe may decrypt with it.

        Raises:
            ConfigurationError: The table has no stream.
        """
        if not hasattr(table, "table_stream_arn"):
            problem = f"must be a Table, a TableV2 or an imported one, got {type(table).__name__}"
            raise ConfigurationError([Violation("SR002", "from_table", problem, "pass the L2 construct")])
        if table.table_stream_arn is None:
            fix = (
                "add stream=StreamViewType.NEW_AND_OLD_IMAGES (Table), "
                "dynamo_stream=StreamViewType.NEW_AND_OLD_IMAGES (TableV2), or import it with "
                "Table.from_table_attributes(..., table_arn=..., table_stream_arn=...)"
            )
            raise ConfigurationError([Violation("SR001", f"table {table.node.path!r}", "has no stream", fix)])
        return cls("table", _table=table)

    @classmethod
    def new_table(cls, **props: Any) -> StreamSource:
        """
        Build a table with safe defaults.

        On demand, encrypted with the AWS-managed key, point-in-time recovery, kept when the stack is removed, partition
        key `id` (a string), both images in the stream.

        Args:
            props: Properties of `aws_cdk.aws_dynamodb.Table` that replace these.

        Raises:
            ConfigurationError: `stream` is None, or it or a key attribute is of another type.

        Example:
            >>> StreamSource.new_table(table_name="orders").kind
            'new_table'
        """
        if "stream" in props and props["stream"] is None:
            fix = "leave stream out for both images, or pass another StreamViewType"
            raise ConfigurationError([Violation("SR003", "new_table(stream=)", "is None: a pipe reads a stream", fix)])
        kinds = {
            "partition_key": ("Attribute", "type"),
            "sort_key": ("Attribute", "type"),
            "stream": ("StreamViewType", "value"),
        }
        refuse(
            [
                Violation("SR005", f"new_table({name}=)", f"must be a CDK {kind}, got {props[name]!r}", f"pass {kind}")
                for name, (kind, attribute) in kinds.items()
                if props.get(name) is not None and not hasattr(props[name], attribute)
            ]
        )
        return cls("new_table", _props=tuple(props.items()))

    def look_up(self, scope: Construct, app_helper: AppHelper, *, is_devops: bool) -> TableStream | None:
        """
        Say what is known before anything is built; None where the table itself is yet to be built.

        Args:
            scope: The trigger's parent.
            app_helper: Answers the SSM look-ups.
            is_devops: Look up in the devops account.

        Raises:
            ParameterNotFoundError: A parameter is not there.
        """
        if self.kind == "parameters":
            return self._look_up(scope, app_helper, is_devops=is_devops)
        return _of_table(self._table) if self.kind == "table" else None

    def shape(self) -> StreamShape:
        """
        Say what is known of the stream's records: of a `Table` of this app all, of any other table nothing.
        """
        if self.kind == "new_table":
            props = dict(self._props)
            view = props.get("stream")
            attributes = [props.get("partition_key"), props.get("sort_key")]
            keys = {attribute.name: attribute.type.value[0] for attribute in attributes if attribute is not None}
            return StreamShape(
                view_type="NEW_AND_OLD_IMAGES" if view is None else view.value,
                keys=keys if props.get("partition_key") is not None else {"id": "S", **keys},
            )
        return StreamShape() if self._table is None else _shape_of(self._table)

    def build(self, scope: Construct) -> TableStream:
        """
        Build the table of `new_table` as the child `Table` of the trigger.
        """
        from aws_cdk import RemovalPolicy  # noqa: PLC0415 - only this source needs it
        from aws_cdk import aws_dynamodb as dynamodb  # noqa: PLC0415 - as above

        defaults: dict[str, Any] = {
            "partition_key": dynamodb.Attribute(name="id", type=dynamodb.AttributeType.STRING),
            "billing_mode": dynamodb.BillingMode.PAY_PER_REQUEST,
            "encryption": dynamodb.TableEncryption.AWS_MANAGED,
            "point_in_time_recovery_specification": dynamodb.PointInTimeRecoverySpecification(
                point_in_time_recovery_enabled=True
            ),
            "removal_policy": RemovalPolicy.RETAIN,
            "stream": dynamodb.StreamViewType.NEW_AND_OLD_IMAGES,
        }
        props = dict(self._props)
        if "encryption_key" in props:
            # Which says it all; CDK refuses one beside the AWS-managed key.
            del defaults["encryption"]
        return _of_table(dynamodb.Table(scope, "Table", **{**defaults, **props}))

    def _look_up(self, scope: Construct, app_helper: AppHelper, *, is_devops: bool) -> TableStream:
        missing = [name for name in _HELPER_METHODS if not callable(getattr(app_helper, name, None))]
        if missing:
            problem = f"has no method {', '.join(missing)}: {app_helper!r}"
            fix = "pass an ApplicationHelper, or a helper of your own with these methods"
            raise ConfigurationError([Violation("TR014", "app_helper", problem, fix)])
        names = TableNames.of(app_helper, self._base_name)
        values = []
        for name in (names.table_parameter, names.stream_parameter):
            value: Any = app_helper.get_parameter_value(scope, name, is_devops)
            if not value:
                # Helpers of another making say so when there is none.
                raise ParameterNotFoundError(name, None, None, f"app_helper answered {value!r}; create the parameter")
            if not isinstance(value, str):
                problem = f"answered no text for {name!r}: {value!r}"
                fix = "return the parameter's value, or a token for it"
                raise ConfigurationError([Violation("TR014", "app_helper.get_parameter_value", problem, fix)])
            values.append(value)
        table_arn, stream_arn = values
        key_arn = getattr(self._key, "key_arn", self._key)
        return TableStream(table_arn=table_arn, stream_arn=stream_arn, key_arn=key_arn)


def _shape_of(table: Any) -> StreamShape:
    from aws_cdk.aws_dynamodb import CfnTable  # noqa: PLC0415 - whoever has a table has loaded it

    # A TableV2 knows its stream only when it is synthesized, and an imported table never.
    resource: Any = table.node.default_child
    if not isinstance(resource, CfnTable):
        return StreamShape()
    resource = cast("Any", resource)  # its properties are typed as if they could be tokens; a Table's are not
    types = {one.attribute_name: one.attribute_type for one in resource.attribute_definitions}
    return StreamShape(
        view_type=resource.stream_specification.stream_view_type,
        keys={one.attribute_name: types[one.attribute_name] for one in resource.key_schema},
    )


def _of_table(table: Any) -> TableStream:
    key = table.encryption_key
    return TableStream(
        table_arn=table.table_arn,
        stream_arn=table.table_stream_arn,
        table=table,
        key_arn=None if key is None else key.key_arn,
    )
