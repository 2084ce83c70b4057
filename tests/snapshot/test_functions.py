"""
How the function comes about: its code, its options, or an existing one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from pipes_trigger import ConfigurationError, DynamoDBStreamTrigger, FunctionOptions

if TYPE_CHECKING:
    from collections.abc import Callable

    from aws_cdk import Stack

    Synth = Callable[[Stack], dict[str, Any]]
    Allowed = Callable[[dict[str, Any], str], list[tuple[str, Any]]]
    OfType = Callable[[dict[str, Any], str], list[dict[str, Any]]]

BOUNDARY = "arn:aws:iam::111122223333:policy/developers"


def function_of(template: dict[str, Any], of_type: OfType) -> dict[str, Any]:
    """
    Return the one function's properties.
    """
    (only,) = of_type(template, "AWS::Lambda::Function")
    return only


def test_code_in_a_bucket(call: dict[str, Any], stack: Stack, synth: Synth, of_type: OfType) -> None:
    """
    An artifact in S3 is deployed from where it lies.
    """
    from aws_cdk.aws_lambda import Code
    from aws_cdk.aws_s3 import Bucket

    bucket = Bucket.from_bucket_name(stack, "Artifacts", "acme-artifacts")
    code = Code.from_bucket_v2(bucket, "orders.zip", object_version="7")
    DynamoDBStreamTrigger(stack, **{**call, "lambda_code_path": None, "lambda_code": code})

    assert function_of(synth(stack), of_type)["Code"] == {
        "S3Bucket": "acme-artifacts",
        "S3Key": "orders.zip",
        "S3ObjectVersion": "7",
    }


def test_a_zip_file(call: dict[str, Any], stack: Stack, synth: Synth, of_type: OfType, tmp_path: Any) -> None:
    """
    A zip file is staged as it is, and its handler is looked for.
    """
    import zipfile

    with zipfile.ZipFile(tmp_path / "code.zip", "w") as archive:
        archive.writestr("handlers.py", "def process_deployment(event, context): ...\n")
    DynamoDBStreamTrigger(stack, **{**call, "lambda_code_path": tmp_path / "code.zip"})

    assert function_of(synth(stack), of_type)["Code"]["S3Key"].endswith(".zip")


@pytest.mark.parametrize(
    ("code", "message"),
    [
        (
            "s3://bucket/key",
            "2 faults in the trigger:\n"
            "  [TR012] lambda_code_path, lambda_code: say the same thing in two ways; "
            "pass lambda_code_path or lambda_code\n"
            "  [TR014] lambda_code: must be a Code, got str; pass Code.from_bucket(...), or lambda_code_path",
        ),
    ],
)
def test_code_is_said_once(call: dict[str, Any], stack: Stack, code: Any, message: str) -> None:
    """
    A path and a Code are two ways to say one thing.
    """
    with pytest.raises(ConfigurationError) as caught:
        DynamoDBStreamTrigger(stack, **call, lambda_code=code)

    assert str(caught.value) == message


@pytest.mark.parametrize("which", ["alias", "version"])
def test_an_alias_or_a_version_is_invoked_as_such(
    *, call: dict[str, Any], stack: Stack, synth: Synth, of_type: OfType, allowed: Allowed, which: str
) -> None:
    """
    The pipe invokes the alias or the version, not what lies behind it, and what is needed goes to the function's role.
    """
    from aws_cdk.aws_lambda import Alias, Code, Function, Runtime

    code = Code.from_inline("def handler(event, context): ...\n")
    function = Function(stack, "Mine", runtime=Runtime.PYTHON_3_12, handler="index.handler", code=code)
    version = function.current_version
    given = version if which == "version" else Alias(stack, "Live", alias_name="live", version=version)
    existing = {"lambda_handler": None, "lambda_code_path": None, "env_vars": None, "function": given}
    targets = list(call["env_vars"].values())
    DynamoDBStreamTrigger(stack, **{**call, **existing}, target_arns=targets)
    template = synth(stack)
    (pipe,) = of_type(template, "AWS::Pipes::Pipe")
    (policy,) = of_type(template, "AWS::IAM::Policy")

    assert ("lambda:InvokeFunction", pipe["Target"]) in allowed(template, "pipes")
    assert which in str(pipe["Target"]).lower() or "Live" in str(pipe["Target"])
    assert policy["PolicyDocument"]["Statement"][0]["Resource"] == targets[0]


def test_a_role_of_the_users_gets_what_is_needed(
    call: dict[str, Any], stack: Stack, synth: Synth, of_type: OfType
) -> None:
    """
    A given role is used as it is, and its policy grows by what the function needs.
    """
    from aws_cdk.aws_iam import Role, ServicePrincipal

    role = Role(stack, "Mine", assumed_by=ServicePrincipal("lambda.amazonaws.com"))
    DynamoDBStreamTrigger(stack, **call, function_options=FunctionOptions(role=role))
    template = synth(stack)
    (policy,) = of_type(template, "AWS::IAM::Policy")
    actions = [statement["Action"] for statement in policy["PolicyDocument"]["Statement"]]

    assert function_of(template, of_type)["Role"]["Fn::GetAtt"][0].startswith("Mine")
    assert actions[0] == ["codepipeline:StartPipelineExecution", "codepipeline:ListPipelineExecutions"]
    assert ["logs:CreateLogStream", "logs:PutLogEvents"] in actions


@pytest.mark.parametrize("given", ["function", "role"])
def test_what_another_stack_has_is_allowed_in_the_triggers_own(
    *, call: dict[str, Any], stack: Stack, synth: Synth, of_type: OfType, given: str
) -> None:
    """
    A function or role of another stack is allowed what is needed, and only one of the two stacks needs the other.
    """
    from aws_cdk import Environment, Stage
    from aws_cdk import Stack as NewStack
    from aws_cdk.aws_iam import Role, ServicePrincipal
    from aws_cdk.aws_lambda import Code, Function, Runtime
    from aws_cdk.aws_sns import Topic

    elsewhere = NewStack(Stage.of(stack), "Compute", env=Environment(account=stack.account, region=stack.region))
    topic = Topic(stack, "Changes")
    arguments: dict[str, Any] = {**call, "trigger_type": "sns_topic", "env_vars": {"TOPIC_ARN": topic.topic_arn}}
    if given == "function":
        code = Code.from_inline("def handler(event, context): ...\n")
        mine = Function(elsewhere, "Mine", runtime=Runtime.PYTHON_3_12, handler="index.handler", code=code)
        existing = {"lambda_handler": None, "lambda_code_path": None, "env_vars": None, "function": mine}
        arguments = {**arguments, **existing, "target_arns": [topic.topic_arn]}
    else:
        role = Role(elsewhere, "Mine", assumed_by=ServicePrincipal("lambda.amazonaws.com"))
        arguments["function_options"] = FunctionOptions(role=role)
    DynamoDBStreamTrigger(stack, **arguments)
    (policy,) = of_type(synth(stack), "AWS::IAM::Policy")

    assert policy["PolicyDocument"]["Statement"][0]["Action"] == "sns:Publish"
    assert policy["Roles"][0]["Fn::ImportValue"].startswith("Compute:")
    assert of_type(synth(elsewhere), "AWS::IAM::Policy") == []


def test_a_function_in_a_network_may_join_it(
    call: dict[str, Any], stack: Stack, synth: Synth, of_type: OfType, allowed: Allowed
) -> None:
    """
    Network interfaces of this account and region, and what takes no resource.
    """
    from aws_cdk.aws_ec2 import Vpc

    DynamoDBStreamTrigger(stack, **call, function_options=FunctionOptions(vpc=Vpc(stack, "Vpc", max_azs=1)))
    template = synth(stack)
    network = [(action, str(resource)) for action, resource in allowed(template, "lambda") if "ec2:" in action]

    assert function_of(template, of_type)["VpcConfig"]["SubnetIds"]
    assert [action for action, resource in network if resource == "*"] == [
        "ec2:DescribeNetworkInterfaces",
        "ec2:DescribeSubnets",
    ]
    assert all(":ec2:eu-west-1:111122223333:*/*" in resource for _, resource in network if resource != "*")


def test_keys_format_and_boundary(
    call: dict[str, Any], stack: Stack, synth: Synth, of_type: OfType, allowed: Allowed
) -> None:
    """
    Variables and logs under a customer key, lines as JSON, and the role within its bounds.
    """
    from aws_cdk.aws_iam import ManagedPolicy
    from aws_cdk.aws_kms import Key

    key = Key(stack, "Key")
    options = FunctionOptions(
        environment_key=key,
        log_key=key,
        log_format="JSON",
        permissions_boundary=ManagedPolicy.from_managed_policy_arn(stack, "Boundary", BOUNDARY),
    )
    DynamoDBStreamTrigger(stack, **call, function_options=options)
    template = synth(stack)
    function = function_of(template, of_type)
    boundaries = [role.get("PermissionsBoundary") for role in of_type(template, "AWS::IAM::Role")]
    (group,) = of_type(template, "AWS::Logs::LogGroup")

    assert function["LoggingConfig"]["LogFormat"] == "JSON"
    assert function["KmsKeyArn"] == group["KmsKeyId"]
    assert ("kms:Decrypt", function["KmsKeyArn"]) in allowed(template, "lambda")
    assert boundaries == [BOUNDARY, None]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            {"log_format": "XML"},
            "[OP002] FunctionOptions(log_format=): must be one of JSON, Text, got 'XML'; pass one of them",
        ),
        (
            {"vpc": "vpc-1", "layers": ["arn:aws:lambda:eu-west-1:111122223333:layer:l:1"]},
            "2 faults in the trigger:\n"
            "  [OP021] FunctionOptions(vpc=): must be a VPC, got 'vpc-1'; pass a Vpc, or Vpc.from_lookup(...)\n"
            "  [OP021] FunctionOptions(layers[0]=): must be a layer, "
            "got 'arn:aws:lambda:eu-west-1:111122223333:layer:l:1'; "
            "import it: LayerVersion.from_layer_version_arn(...)",
        ),
        (
            {"environment_key": "alias/x", "log_key": "alias/y"},
            "2 faults in the trigger:\n"
            "  [OP012] FunctionOptions(environment_key=): must be a KMS key, got 'alias/x'; "
            "pass a Key, or Key.from_key_arn(...)\n"
            "  [OP012] FunctionOptions(log_key=): must be a KMS key, got 'alias/y'; "
            "pass a Key, or Key.from_key_arn(...)",
        ),
        (
            {"role": "arn:aws:iam::111122223333:role/mine", "permissions_boundary": BOUNDARY},
            "2 faults in the trigger:\n"
            "  [OP013] FunctionOptions(permissions_boundary=): bounds a role that is built, and role says that "
            "none is; bound the role itself\n"
            "  [OP014] FunctionOptions(role=): must be a role, got 'arn:aws:iam::111122223333:role/mine'; "
            "pass a Role, or Role.from_role_arn(...)",
        ),
        (
            {"vpc_subnets": "private", "security_groups": ("sg-1",)},
            "4 faults in the trigger:\n"
            "  [OP021] FunctionOptions(vpc_subnets=): must be a SubnetSelection, got 'private'; "
            "pass SubnetSelection(...)\n"
            "  [OP021] FunctionOptions(security_groups[0]=): must be a security group, got 'sg-1'; "
            "import it: SecurityGroup.from_security_group_id(...)\n"
            "  [OP015] FunctionOptions(vpc_subnets=): says nothing without a VPC; pass vpc, too\n"
            "  [OP015] FunctionOptions(security_groups=): says nothing without a VPC; pass vpc, too",
        ),
    ],
)
def test_options_that_contradict_are_refused(options: dict[str, Any], message: str) -> None:
    """
    Every contradiction of a group at once.
    """
    with pytest.raises(ConfigurationError) as caught:
        FunctionOptions(**options)

    assert str(caught.value) == message


def test_a_key_for_logs_that_are_not_built_is_refused(stack: Stack) -> None:
    """
    A log key without a log group of one's own says nothing.
    """
    from aws_cdk.aws_kms import Key

    with pytest.raises(ConfigurationError) as caught:
        FunctionOptions(own_log_group=False, log_key=Key(stack, "Key"))

    assert str(caught.value) == (
        "[OP016] FunctionOptions(log_key=): encrypts a log group that is built, and own_log_group=False says that "
        "none is; leave one of the two out"
    )


def test_what_an_imported_function_needs_is_said_in_cloudformations_words(call: dict[str, Any], stack: Stack) -> None:
    """
    A function that was imported without its role cannot be granted anything: the warning says what its role must allow.
    """
    from aws_cdk.assertions import Annotations, Match
    from aws_cdk.aws_lambda import Function
    from aws_cdk.aws_sns import Topic

    function = Function.from_function_arn(stack, "Mine", "arn:aws:lambda:eu-west-1:111122223333:function:mine")
    existing = {"lambda_handler": None, "lambda_code_path": None, "env_vars": None, "function": function}
    topic = Topic(stack, "Changes")
    arguments = {**call, **existing, "trigger_type": "sns_topic", "target_arns": [topic.topic_arn]}
    DynamoDBStreamTrigger(stack, **arguments)
    (found,) = Annotations.from_stack(stack).find_warning("*", Match.string_like_regexp("imported without"))

    assert str(found.entry.data) == (
        "the function was imported without its role, which must allow: "
        f"sns:Publish on {stack.resolve(topic.topic_arn)} [ack: pipes-trigger:function-role]"
    )
