"""
What the roles of functions are for: the trigger's own, an enrichment's, and that of the redrive function.
"""

from __future__ import annotations

from typing import Final

from pipes_trigger.permissions.needs import Need, authorization, logs_key_needs, needs
from pipes_trigger.permissions.parts import By, Part

_CALLED: Final = "by the function for a record"
_REDRIVES: Final = "by the redrive function on its schedule"
_LAMBDA_ROLE: Final = "Lambda developer guide, execution role"
_VPC: Final = "Lambda developer guide, VPC access"
_NETWORK: Final = "The function runs in a VPC, which takes network interfaces."
_LOGGED: Final = "The function writes its log."
_TRACED: Final = "The function is traced."
_TRACES: Final = "by the function's runtime for what is sampled"
_SENT_WITH: Final = "SNS and SQS developer guides, KMS permissions"
_KEY_OF_ENVIRONMENT: Final = "Lambda developer guide, Securing environment variables"


def _of_every_function(by: By) -> tuple[Need, ...]:
    return (
        *needs(
            by,
            Part.OWN_LOGS,
            _LAMBDA_ROLE,
            ("logs:CreateLogGroup", _LOGGED, "CreateLogGroup, by Lambda where the group is not there yet"),
            ("logs:CreateLogStream", _LOGGED, "CreateLogStream, by Lambda for every new instance of the function"),
            ("logs:PutLogEvents", _LOGGED, "PutLogEvents, by Lambda while the function runs"),
        ),
        *needs(
            by,
            Part.ANY,
            authorization("AWS X-Ray"),
            ("xray:PutTraceSegments", _TRACED, f"PutTraceSegments, {_TRACES}"),
            ("xray:PutTelemetryRecords", _TRACED, f"PutTelemetryRecords, {_TRACES}"),
        ),
        *needs(
            by,
            Part.NETWORK,
            _VPC,
            ("ec2:CreateNetworkInterface", _NETWORK, "CreateNetworkInterface, by Lambda"),
            ("ec2:DescribeNetworkInterfaces", _NETWORK, "DescribeNetworkInterfaces, by Lambda"),
            ("ec2:DescribeSubnets", _NETWORK, "DescribeSubnets, by Lambda"),
            ("ec2:DeleteNetworkInterface", _NETWORK, "DeleteNetworkInterface, by Lambda"),
            ("ec2:AssignPrivateIpAddresses", _NETWORK, "AssignPrivateIpAddresses, by Lambda"),
            ("ec2:UnassignPrivateIpAddresses", _NETWORK, "UnassignPrivateIpAddresses, by Lambda"),
        ),
        *needs(
            by,
            Part.FUNCTION_KEY,
            _KEY_OF_ENVIRONMENT,
            ("kms:Decrypt", "The function's environment is encrypted with this key.", "Decrypt, when it starts"),
        ),
        *logs_key_needs(by),
    )


def _started(service: str, action: str, why: str) -> Need:
    call = f"{action.partition(':')[2]}, {_CALLED}"
    return Need(by=By.FUNCTION, action=action, on=Part.DOWNSTREAM, why=why, call=call, source=authorization(service))


FUNCTION_NEEDS: Final[tuple[Need, ...]] = (
    _started("AWS CodePipeline", "codepipeline:StartPipelineExecution", "The function starts this pipeline."),
    Need(
        by=By.FUNCTION,
        action="codepipeline:ListPipelineExecutions",
        on=Part.DOWNSTREAM,
        why="The function sees whether this pipeline was started for a record already.",
        call="ListPipelineExecutions, by the function before it starts a pipeline once more",
        source=authorization("AWS CodePipeline"),
    ),
    _started("Amazon SNS", "sns:Publish", "The function publishes to this topic."),
    _started("AWS Step Functions", "states:StartExecution", "The function starts this state machine."),
    _started("AWS Step Functions", "states:StartSyncExecution", "The function runs this Express state machine."),
    _started("Amazon SQS", "sqs:SendMessage", "The function sends messages to this queue."),
    _started("Amazon EventBridge", "events:PutEvents", "The function puts events on this bus."),
    _started("AWS CodeBuild", "codebuild:StartBuild", "The function starts builds of this project."),
    _started("Amazon OpenSearch Service", "es:ESHttpPost", "The function indexes records in this domain."),
    *needs(
        By.FUNCTION,
        Part.TABLE,
        authorization("Amazon DynamoDB"),
        ("dynamodb:Query", "The function queries the table.", f"Query, {_CALLED}"),
        ("dynamodb:UpdateItem", "The function notes in the item what it has done.", f"UpdateItem, {_CALLED}"),
    ),
    *needs(
        By.FUNCTION,
        Part.INDEX,
        authorization("Amazon DynamoDB"),
        ("dynamodb:Query", "The function queries this index.", f"Query, {_CALLED}"),
    ),
    *needs(
        By.FUNCTION,
        Part.TABLE_KEY,
        "DynamoDB developer guide, Encryption at rest",
        ("kms:Decrypt", "The table is encrypted with this key.", "Decrypt, with Query and UpdateItem"),
    ),
    *needs(
        By.FUNCTION,
        Part.DOWNSTREAM_KEY,
        _SENT_WITH,
        (
            "kms:GenerateDataKey",
            "What the function sends to is encrypted with this key.",
            "GenerateDataKey, with a send",
        ),
        ("kms:Decrypt", "What the function sends to is encrypted with this key.", "Decrypt, with a send"),
    ),
    *_of_every_function(By.FUNCTION),
    *_of_every_function(By.ENRICHMENT),
    *_of_every_function(By.REDRIVE),
    *needs(
        By.REDRIVE,
        Part.DEAD_LETTER,
        authorization("Amazon SQS"),
        ("sqs:ReceiveMessage", "It takes up what the pipe gave up.", f"ReceiveMessage, {_REDRIVES}"),
        ("sqs:DeleteMessage", "What is delivered leaves the queue.", f"DeleteMessage, {_REDRIVES}"),
        (
            "sqs:ChangeMessageVisibility",
            "What is not delivered comes back to the queue.",
            f"ChangeMessageVisibility, {_REDRIVES}",
        ),
    ),
    *needs(
        By.REDRIVE,
        Part.STREAM,
        authorization("Amazon DynamoDB"),
        ("dynamodb:GetShardIterator", "It finds the records that a message names.", f"GetShardIterator, {_REDRIVES}"),
        ("dynamodb:GetRecords", "It reads the records that a message names.", f"GetRecords, {_REDRIVES}"),
    ),
    *needs(
        By.REDRIVE,
        Part.TARGET,
        authorization("AWS Lambda"),
        ("lambda:InvokeFunction", "It hands the records to the function once more.", f"Invoke, {_REDRIVES}"),
    ),
    *(
        Need(
            by=By.REDRIVE,
            action=action,
            on=Part.TARGET,
            why="It delivers the records to the pipe's target once more.",
            call=f"{action.partition(':')[2]}, {_REDRIVES}",
            source=authorization(service),
        )
        for service, action in (
            ("Amazon SQS", "sqs:SendMessage"),
            ("Amazon SNS", "sns:Publish"),
            ("AWS Step Functions", "states:StartExecution"),
            ("AWS Step Functions", "states:StartSyncExecution"),
            ("Amazon EventBridge", "events:PutEvents"),
        )
    ),
    *(
        Need(
            by=By.REDRIVE,
            action=action,
            on=Part.ENRICHMENT,
            why="It passes the records through the enrichment, as the pipe does.",
            call=f"{action.partition(':')[2]}, {_REDRIVES}",
            source=authorization(service),
        )
        for service, action in (
            ("AWS Lambda", "lambda:InvokeFunction"),
            ("AWS Step Functions", "states:StartSyncExecution"),
        )
    ),
    *needs(
        By.REDRIVE,
        Part.TARGET_KEY,
        _SENT_WITH,
        ("kms:GenerateDataKey", "The target is encrypted with this key.", "GenerateDataKey, with the delivery"),
        ("kms:Decrypt", "The target is encrypted with this key.", "Decrypt, with the delivery"),
    ),
    *needs(
        By.REDRIVE,
        Part.TABLE_KEY,
        "DynamoDB developer guide, Encryption at rest",
        ("kms:Decrypt", "The table, and with it the stream, is encrypted with this key.", "Decrypt, with GetRecords"),
    ),
    *needs(
        By.REDRIVE,
        Part.DEAD_LETTER_KEY,
        "SQS developer guide, KMS permissions",
        ("kms:Decrypt", "The dead-letter queue is encrypted with this key.", "Decrypt, with ReceiveMessage"),
    ),
    *needs(
        By.LAMBDA,
        Part.FUNCTION_ROLE,
        _LAMBDA_ROLE,
        (
            "sts:AssumeRole",
            "The function acts as this role.",
            "AssumeRole, by Lambda for every instance of the function",
        ),
    ),
)
