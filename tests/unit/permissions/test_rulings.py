"""
What the policies of a role come to, however they are written.
"""

from __future__ import annotations

from typing import Any

import pytest

from pipes_trigger.errors import ConfigurationError
from pipes_trigger.permissions.arns import expand
from pipes_trigger.permissions.expressions import expression
from pipes_trigger.permissions.rulings import ANYTHING, Answer, Ruling, action, beyond, rule
from pipes_trigger.permissions.statements import RolePolicies, policies_of

TOPIC = {"Ref": "Topic"}
ROLE = {"Fn::GetAtt": ["Role", "Arn"]}
YES, NO, PERHAPS = Answer.YES, Answer.NO, Answer.PERHAPS


def says(effect: str = "Allow", do: Any = "sns:Publish", on: Any = TOPIC, **more: Any) -> dict[str, Any]:
    """
    Write a statement.
    """
    return {"Effect": effect, "Action": do, "Resource": on, **more}


def document(*statements: Any) -> dict[str, Any]:
    """
    Write a policy document.
    """
    return {"Version": "2012-10-17", "Statement": list(statements)}


def template(role: dict[str, Any] | None = None, **others: Any) -> dict[str, Any]:
    """
    Write the resources of a template with a topic and a role.
    """
    return {
        "Topic": {"Type": "AWS::SNS::Topic"},
        "Role": {"Type": "AWS::IAM::Role", "Properties": role or {}},
        **{
            name: {"Type": f"AWS::IAM::{kind}", "Properties": properties} for name, (kind, properties) in others.items()
        },
    }


def inline(*statements: Any) -> dict[str, Any]:
    """
    Write a role with an inline policy.
    """
    return {"Policies": [{"PolicyName": "P", "PolicyDocument": document(*statements)}]}


def ask(resources: dict[str, Any], do: str = "sns:Publish", on: Any = TOPIC, role: Any = ROLE, **more: Any) -> Ruling:
    """
    Ask whether the role may do something.
    """
    return rule(policies_of(role, resources), action(do), expand(expression(on), resources), **more)


WHERE_A_POLICY_MAY_BE = {
    "inline": template(inline(says())),
    "AWS::IAM::Policy": template(Own=("Policy", {"PolicyDocument": document(says()), "Roles": [{"Ref": "Role"}]})),
    "AWS::IAM::RolePolicy": template(
        Own=("RolePolicy", {"PolicyDocument": document(says()), "RoleName": {"Ref": "Role"}})
    ),
    "managed, naming the role": template(
        Own=("ManagedPolicy", {"PolicyDocument": document(says()), "Roles": [{"Ref": "Role"}]})
    ),
    "managed, named by the role": template(
        {"ManagedPolicyArns": [{"Ref": "Own"}]}, Own=("ManagedPolicy", {"PolicyDocument": document(says())})
    ),
    "by the role's own name": template(
        {"RoleName": "sender"}, Own=("Policy", {"PolicyDocument": document(says()), "Roles": ["sender"]})
    ),
    "one statement, no list": template({"Policies": [{"PolicyName": "P", "PolicyDocument": {"Statement": says()}}]}),
}


@pytest.mark.parametrize("resources", WHERE_A_POLICY_MAY_BE.values(), ids=WHERE_A_POLICY_MAY_BE)
def test_every_place_of_a_policy_is_read(resources: dict[str, Any]) -> None:
    """
    Wherever the statement is, it allows what it says, and nothing else.
    """
    assert ask(resources).answer is YES
    assert ask(resources, do="sns:Subscribe").answer is NO
    assert ask(resources, on="arn:aws:sns:eu-west-1:111122223333:payments").answer is NO


def test_another_roles_policy_is_not_read() -> None:
    """
    A policy that names another role does not count.
    """
    other = ("Policy", {"PolicyDocument": document(says()), "Roles": [{"Ref": "Topic"}, "sender"]})

    assert ask(template(Own=other)) == Ruling(answer=NO)


@pytest.mark.parametrize(
    ("statements", "answer"),
    [
        ([says(do="sns:*")], YES),
        ([says(do="SNS:publish")], YES),
        ([says(do="*", on="*")], YES),
        ([says(do=["sqs:*", "sns:Pub*"])], YES),
        ([says(on={"Fn::Sub": "${Topic}"})], YES),
        ([says(on=[{"Fn::GetAtt": ["Topic", "TopicArn"]}])], YES),
        ([says(on={"Ref": "SomeParameter"})], PERHAPS),
        ([says(on={"Fn::If": ["Prod", TOPIC, "*"]})], PERHAPS),
        ([says(do={"Ref": "Action"})], PERHAPS),
        ([{"Fn::If": ["Prod", says(), {"Ref": "AWS::NoValue"}]}], PERHAPS),
        ([says(Condition={"Bool": {"aws:SecureTransport": "true"}})], PERHAPS),
        ([says(), says("Deny")], NO),
        ([says(), says("Deny", "*", "*")], NO),
        ([says(), says("Deny", Condition={"Bool": {"aws:SecureTransport": "false"}})], PERHAPS),
        ([says(), says("Deny", on="arn:aws:sns:eu-west-1:111122223333:payments")], YES),
        ([{"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}], YES),
        ([{"Effect": "Allow", "NotAction": ["sns:*"], "Resource": "*"}], NO),
        ([{"Effect": "Allow", "NotAction": {"Ref": "Action"}, "Resource": "*"}], PERHAPS),
        ([{"Effect": "Allow", "Action": "sns:Publish", "NotResource": TOPIC}], NO),
        ([{"Effect": "Allow", "Action": "sns:Publish", "NotResource": "arn:aws:sqs:*"}], YES),
        ([says(), {"Effect": "Deny", "NotAction": "sqs:*", "Resource": "*"}], NO),
        ([says(), {"Effect": "Deny", "NotAction": "sns:*", "Resource": "*"}], YES),
        ([{"Effect": {"Ref": "Effect"}, "Action": "sqs:*", "Resource": "*"}], PERHAPS),
        ([says(), {"Fn::If": ["Prod", says("Deny"), {"Ref": "AWS::NoValue"}]}], PERHAPS),
        ([{"Ref": "AWS::NoValue"}], NO),
        ([], NO),
    ],
)
def test_statements_are_weighed_as_iam_does(statements: list[Any], answer: Answer) -> None:
    """
    Wildcards, NotAction, NotResource, Deny and conditions count; what a deployment decides stays open.
    """
    assert ask(template(inline(*statements))).answer is answer


def test_a_part_is_not_the_whole() -> None:
    """
    All of sns may be done only where all is allowed, and nothing of it may be done only where nothing is.
    """
    resources = template(inline(says()))

    assert ask(resources, do="sns:*").answer is PERHAPS
    assert ask(resources, on="*").answer is PERHAPS
    assert rule(policies_of(ROLE, resources), action("sqs:*"), ANYTHING) == Ruling(answer=NO)


def test_a_known_condition_is_fulfilled() -> None:
    """
    What is allowed under the very condition that is given is allowed.
    """
    condition = {"StringEquals": {"aws:ResourceTag/team": "web"}}
    resources = template(inline(says(Condition=condition)))

    assert ask(resources, under=condition).answer is YES
    assert ask(resources, under={}).answer is PERHAPS


def test_a_boundary_limits() -> None:
    """
    A boundary takes away what it does not allow; one that is elsewhere leaves the answer open.
    """
    only_logs = ("ManagedPolicy", {"PolicyDocument": document(says(do="logs:*", on="*"))})
    all_but_sns = ("ManagedPolicy", {"PolicyDocument": document(says(do="*", on="*"), says("Deny", "sns:*", "*"))})
    everything = ("ManagedPolicy", {"PolicyDocument": document(says(do="*", on="*"))})
    within = {**inline(says()), "PermissionsBoundary": {"Ref": "Limit"}}

    at_home = (
        "ManagedPolicy",
        {"PolicyDocument": document(says(do="*", on="*", Condition={"Bool": {"home": "true"}}))},
    )

    assert ask(template(within, Limit=everything)).answer is YES
    assert ask(template(within, Limit=at_home)).answer is PERHAPS
    assert ask(template(within, Limit=all_but_sns)).answer is NO
    assert ask(template(within, Limit=only_logs)) == Ruling(
        answer=NO, because=("its permissions boundary does not allow it",)
    )
    assert ask(template({**within, "PermissionsBoundary": {"Ref": "AWS::NoValue"}})).answer is YES
    elsewhere = {**inline(says()), "PermissionsBoundary": "arn:aws:iam::111122223333:policy/Limit"}
    assert ask(template(elsewhere)).answer is PERHAPS


def test_a_managed_policy_of_aws_stays_open_unless_it_is_known() -> None:
    """
    The policy for logs is known; of any other nothing can be ruled out, and the answer says which it is.
    """
    prefix = ["", ["arn:", {"Ref": "AWS::Partition"}, ":iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"]]
    known = template({"ManagedPolicyArns": [{"Fn::Join": prefix}]})
    unknown = template({"ManagedPolicyArns": ["arn:aws:iam::aws:policy/AmazonSNSFullAccess"]})

    assert ask(known).answer is NO
    assert ask(known, do="logs:PutLogEvents").answer is YES
    assert ask(unknown) == Ruling(
        answer=PERHAPS,
        because=("managed policy arn:aws:iam::aws:policy/AmazonSNSFullAccess is not in the template",),
    )


def test_an_imported_role_has_what_the_template_attaches_and_perhaps_more() -> None:
    """
    What the template attaches by name is certain; nothing else can be ruled out.
    """
    attached = ("Policy", {"PolicyDocument": document(says()), "Roles": ["sender"]})
    role = "arn:aws:iam::111122223333:role/sender"

    assert ask(template(Own=attached), role=role).answer is YES
    assert ask(template(Own=attached), do="sqs:SendMessage", role=role) == Ruling(
        answer=PERHAPS, because=(f"role {role} is not in the template",)
    )


@pytest.mark.parametrize(
    "resources",
    [
        template({"Policies": [{"Fn::If": ["Prod", inline(says())["Policies"][0], {"Ref": "AWS::NoValue"}]}]}),
        template({"Policies": {"Fn::If": ["Prod", [], []]}}),
        template({"Policies": [{"PolicyName": "P", "PolicyDocument": {"Fn::If": ["Prod", document(says()), {}]}}]}),
        template({"ManagedPolicyArns": {"Fn::Split": [",", {"Ref": "Arns"}]}}),
        template({"ManagedPolicyArns": ["arn:aws:iam::111122223333:policy/service-role/AWSLambdaBasicExecutionRole"]}),
        template(Own=("Policy", {"PolicyDocument": document(says()), "Roles": {"Ref": "RoleNames"}})),
        template(Own=("Policy", {"PolicyDocument": document(says()), "Roles": [{"Fn::If": ["Prod", "a", "b"]}]})),
    ],
)
def test_what_cannot_be_read_is_not_taken_for_nothing(resources: dict[str, Any]) -> None:
    """
    Where a policy, a document, a list or a role's name is decided by the deployment, nothing is ruled out.
    """
    assert ask(resources).answer is PERHAPS


def test_variables_of_iam_stand_for_any_text() -> None:
    """
    A resource such as `.../${aws:username}` may be that of anybody, also where `Fn::Sub` wrote it.
    """
    bucket, mine = "arn:aws:s3:::box/", "${aws:username}/x"
    for written in (bucket + mine, {"Fn::Sub": bucket + "${!aws:username}/x"}):
        resources = template(inline(says(do="s3:GetObject", on=written)))

        assert ask(resources, "s3:GetObject", bucket + "ada/x").answer is PERHAPS
        assert ask(resources, "s3:GetObject", bucket + "ada/y").answer is NO
        assert ask(resources, "s3:GetObject", "arn:aws:s3:::other/ada/x").answer is NO


def test_a_policy_that_is_there_on_a_condition_only_is_not_certain() -> None:
    """
    A policy whose resource has a Condition may not be deployed.
    """
    resources = template(Own=("Policy", {"PolicyDocument": document(says()), "Roles": [{"Ref": "Role"}]}))
    named = template(
        {"ManagedPolicyArns": [{"Ref": "Own"}]}, Own=("ManagedPolicy", {"PolicyDocument": document(says())})
    )
    for each in (resources, named):
        each["Own"]["Condition"] = "IsProd"

        assert ask(each).answer is PERHAPS


def test_what_goes_beyond_a_list() -> None:
    """
    Found is every statement that allows more than the list, NotAction among them; a Deny never does.
    """

    def _beyond(*statements: Any) -> list[str]:
        policies: RolePolicies = policies_of(ROLE, template(inline(*statements)))
        return [one.text for one in beyond(policies.statements, [action("sns:Publish"), action("logs:*")])]

    assert _beyond(says(), says(do=["logs:PutLogEvents", "logs:C*"]), says("Deny", "*")) == []
    assert _beyond(says(do="sns:*"), {"Effect": "Allow", "NotAction": "logs:*", "Resource": "*"}) == [
        "sns:* on ${Topic}",
        "all but logs:* on *",
    ]


@pytest.mark.parametrize("text", ["", "sns", "sns.Publish", "sns:Publish ", "sns:", "AWS SNS:Publish"])
def test_what_is_no_action_is_refused(text: str) -> None:
    """
    A misspelt action could never be allowed, and every test of it would pass.
    """
    with pytest.raises(ConfigurationError) as caught:
        action(text)

    assert str(caught.value) == (
        f"[TA003] action: is no action of IAM: {text!r}; write <service>:<Action>, such as 'sns:Publish'"
    )
