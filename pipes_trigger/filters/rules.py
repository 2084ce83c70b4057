"""
The rules that a filter pattern is checked by, each with its stable id.

FP rules are errors. FW rules are warnings: legal, but almost surely a mistake.
"""

from __future__ import annotations

from enum import Enum, unique


@unique
class Rule(Enum):
    """
    One rule: its id, and what breaks it.
    """

    JSON_TEXT = ("FP001", "the text is not JSON")
    NOT_AN_OBJECT = ("FP002", "a pattern, or a branch of `$or`, is not an object")
    NOT_A_LIST = ("FP003", "match values are not in a list")
    EMPTY_LIST = ("FP004", "a list of match values is empty")
    EMPTY_OBJECT = ("FP005", "an object has no key")
    UNKNOWN_OPERATOR = ("FP006", "an operator does not exist")
    UNSUPPORTED_OPERATOR = ("FP007", "the service does not support an operator")
    FORGOTTEN_LIST = ("FP008", "an operator object stands where its list should")
    OPERAND = ("FP009", "an operator's operand has the wrong type")
    NUMERIC = ("FP010", "a `numeric` comparison is malformed or can never be true")
    ONE_OPERATOR = ("FP011", "an operator object has another number of keys than one")
    MATCH_VALUE = ("FP012", "a match value is neither a scalar nor an operator object")
    OR = ("FP013", "`$or` is malformed")
    TOO_LARGE = ("FP014", "the pattern has too many branches or fields, or nests too deeply")
    WILDCARD = ("FP015", "a wildcard has `**` or a bad escape")
    CIDR = ("FP016", "a CIDR block is malformed")
    NOT_JSON_DATA = ("FP017", "a value is none that JSON can say")
    REPEATED_KEY = ("FP018", "a key is there twice")
    PATTERN_LENGTH = ("FP019", "the deployed JSON is too long")
    FILTER_COUNT = ("FP020", "a pipe has too many filters")
    SERVICE = ("FP021", "the service is unknown")
    UNKNOWN_FIELD = ("FP030", "a record has no such field")
    TYPE_MISSING = ("FP031", "the attribute type is missing")
    UNKNOWN_TYPE = ("FP032", "the attribute type does not exist, or cannot stand there")
    NEVER_EQUAL = ("FP033", "a value is compared with one of a type that is never there")
    EVENT_NAME = ("FP034", "the event name does not exist")
    EXCLUDE_EACH_OTHER = ("FP035", "no record can satisfy the conditions together")
    NOT_A_VALUE = ("FP036", "a condition stands on an object, which is never a value")
    EVENT_TEXT = ("FP040", "a record is not JSON, or beyond what is searched")
    NOT_FILTERABLE = ("FW001", "the service says that the field cannot be filtered")
    PASSES_OTHER_TYPES = ("FW002", "`anything-but` also passes where another type is")
    MATCHES_EVERYTHING = ("FW003", "every record matches")
    REPEATED_FILTER = ("FW004", "two filters are the same")
    OVERRIDDEN = ("FW005", "a field is there twice, and the last one wins")

    def __init__(self, rule_id: str, meaning: str) -> None:
        self.id = rule_id
        self.meaning = meaning
