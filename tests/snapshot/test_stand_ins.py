"""
A function whose Python class nobody has loaded yet is, for everybody who looks at it, the `Function` that CDK has.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any, Final

import pytest

ROOT: Final = Path(__file__).parents[2]
# The module is loaded once in a process, so this is asked in one of its own, of one function after the other.
SCRIPT = """
import functools, json, sys
import aws_cdk, jsii
from aws_cdk import App, Aspects, CfnResource, IAspect, Resource, Stack
from constructs import Construct
from pipes_trigger import *
from pipes_trigger.helpers.parameters import GivenValues

table = "arn:aws:dynamodb:eu-west-1:111122223333:table/d-p-dev-t"
given = {"dynamodb_table_d_p_dev_t": table, "dynamodb_table_stream_d_p_dev_t": f"{table}/stream/1"}
helper = ApplicationHelper(environment="dev", environments={"dev": {}},
    common={"domain": "d", "project": "p"}, parameters=GivenValues(given))
stack = Stack(App(), "S")

def function_of(name):
    built = DynamoDBStreamTrigger(stack, name, app_helper=helper, trigger_type="pipeline", table_base_name="t",
        resource_base_name=name, lambda_handler="publish_sns.handler", lambda_code_path="lambda_handlers",
        env_vars={"PIPELINE": "arn:aws:codepipeline:eu-west-1:111122223333:p"},
        failure_handling=FailureHandling.none(), function_options=FunctionOptions(own_log_group=False, tracing=False))
    return built.node.find_child("Function")

questions = QUESTIONS
functions = {name: function_of(f"t{number}") for number, name in enumerate(questions)}
seen = []

@jsii.implements(IAspect)
class Look:
    def visit(self, node):
        if isinstance(node, Resource) and node.node.id == "Function":
            seen.append(node in functions.values())
            if isinstance(node, aws_cdk.aws_lambda.Function):
                node.add_environment("SEEN", "1")

def refusal(attempt):
    try:
        attempt()
    except Exception as error:
        return type(error).__name__

def is_loaded():
    return "aws_cdk.aws_lambda" in sys.modules

answers = {name: eval(question, {**globals(), "function": functions[name]}) for name, question in questions.items()}
Aspects.of(stack).add(Look())
synthesized = stack.node.root.synth().get_stack_by_name("S").template["Resources"].values()
answers["aspects"] = seen, [
    each["Properties"]["Environment"]["Variables"]["SEEN"] for each in synthesized if each["Type"].endswith(":Function")
]
print(json.dumps(answers))
"""
# In this order: the second loads the module.
QUESTIONS: dict[str, tuple[str, object]] = {
    "in any case": (
        "[isinstance(function, each) for each in (Resource, Construct, CfnResource)], is_loaded()",
        [[True, True, False], False],
    ),
    "an attribute": ("function.node.id, function.function_arn.startswith('${'), is_loaded()", ["Function", True, True]),
    "its class": (
        "isinstance(function, aws_cdk.aws_lambda.Function), isinstance(function, aws_cdk.aws_lambda.Alias), "
        "type(function) is aws_cdk.aws_lambda.Function",
        [True, False, True],
    ),
    "how it is shown": ("repr(function).split(' object')[0]", "<aws_cdk.aws_lambda.Function"),
    "dispatched by its class": ("functools.singledispatch(lambda it: type(it).__name__)(function)", "Function"),
    "its runtime": ("function.runtime.name, function.runtime.family.name", ["python3.12", "PYTHON"]),
    "one object": ("function is function.node.scope.function, function in {function: 1}", [True, True]),
    "what cannot be set": ("refusal(lambda: setattr(function, 'function_arn', 'x'))", "AttributeError"),
    "what cannot be deleted": ("refusal(lambda: delattr(function, 'function_arn'))", "AttributeError"),
    "the trigger's attribute": ("type(stack.node.find_child('t8').function).__module__", "aws_cdk.aws_lambda"),
    "built when the module is there": ("type(function_of('late')).__module__", "aws_cdk.aws_lambda"),
    "handed to what wants a function": (
        "aws_cdk.aws_events_targets.LambdaFunction(function).bind(aws_cdk.aws_events.Rule(stack, 'R', "
        "schedule=aws_cdk.aws_events.Schedule.expression('rate(1 day)'))).arn == function.function_arn",
        True,
    ),
}


@pytest.fixture(scope="module")
def answers() -> dict[str, Any]:
    """
    Ask all the questions.
    """
    questions = {name: question for name, (question, _) in QUESTIONS.items()}
    script = SCRIPT.replace("QUESTIONS", repr(questions))
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    asked: dict[str, Any] = json.loads(done.stdout)
    return asked


@pytest.mark.parametrize("name", QUESTIONS)
def test_it_answers_as_cdks_own(answers: dict[str, Any], name: str) -> None:
    """
    Nothing is loaded to build it, and whoever asks gets what CDK's class answers.
    """
    assert answers[name] == QUESTIONS[name][1]


def test_aspects_that_look_for_functions_find_it(answers: dict[str, Any]) -> None:
    """
    An aspect in Python is given the objects themselves, looked at before or not, and can change them.
    """
    seen, changed = answers["aspects"]

    assert seen.count(True) == len(QUESTIONS)
    assert changed == ["1"] * len(seen)
