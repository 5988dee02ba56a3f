"""Reads TwiML strictly: what Twilio documents for the verbs that `gateway.py` follows, and nothing else.

https://www.twilio.com/docs/voice/twiml
"""

from dataclasses import dataclass, field
from xml.etree import ElementTree

FLAG = {"true", "false"}
METHOD = {"GET", "POST"}
KEYS = set("0123456789*#")


class Wrong(Exception):
    """The document is not TwiML as we know it."""


@dataclass
class Verb:
    name: str
    has: dict
    text: str = ""
    children: list = field(default_factory=list)

    def number(self, name, default):
        return int(self.has.get(name, default))

    def flag(self, name, default):
        return self.has.get(name, default) == "true"


def _count(least, most):
    def wrong(value):
        return not (value.isdigit() and least <= int(value) <= most)

    return wrong


def _one_of(*values):
    return lambda value: value not in values


def _any(value):
    return False


def _input(value):
    kinds = value.split()
    return not kinds or any(kind not in ("dtmf", "speech") for kind in kinds)


def _keys(value):
    return any(key not in KEYS for key in value)


def _key(value):
    return value != "" and value not in KEYS


def _auto(value):
    return value != "auto" and _count(1, 600)(value)


def _language(value):
    parts = value.split("-")
    return not (len(parts) == 2 and len(parts[0]) == 2 and len(parts[1]) == 2)


_method, _flag, _required = _one_of(*METHOD), _one_of(*FLAG), True
_callbacks = {"statusCallback": _any, "statusCallbackMethod": _method, "statusCallbackEvent": _any}

# By verb: attributes with what is wrong of a value, the children it may have, and whether it holds text.
VERBS = {
    "Say": ({"language": _language, "voice": _any, "loop": _count(1, 10)}, (), True),
    "Play": ({"loop": _count(1, 10)}, (), True),
    "Pause": ({"length": _count(1, 600)}, (), False),
    "Gather": (
        {
            "action": _any,
            "method": _method,
            "input": _input,
            "timeout": _count(1, 600),
            "speechTimeout": _auto,
            "numDigits": _count(1, 64),
            "finishOnKey": _key,
            "actionOnEmptyResult": _flag,
            "bargeIn": _flag,
            "language": _language,
            "hints": _any,
            "profanityFilter": _flag,
            "enhanced": _flag,
            "speechModel": _any,
        },
        ("Say", "Play", "Pause"),
        False,
    ),
    "Redirect": ({"method": _method}, (), True),
    "Hangup": ({}, (), False),
    "Record": (
        {
            "action": _any,
            "method": _method,
            "timeout": _count(1, 600),
            "finishOnKey": _keys,
            "maxLength": _count(1, 14400),
            "playBeep": _flag,
            "trim": _one_of("trim-silence", "do-not-trim"),
            "recordingStatusCallback": _any,
            "recordingStatusCallbackMethod": _method,
            "transcribe": _one_of("false"),
        },
        (),
        False,
    ),
    "Dial": (
        {
            "action": _any,
            "method": _method,
            "timeout": _count(1, 600),
            "callerId": _any,
            "answerOnBridge": _flag,
            "hangupOnStar": _flag,
            "timeLimit": _count(1, 14400),
        },
        ("Number", "Sip", "Client"),
        True,
    ),
    "Number": ({"url": _any, "method": _method, **_callbacks}, (), True),
    "Sip": ({"url": _any, "method": _method, **_callbacks}, (), True),
    "Client": ({"url": _any, "method": _method, **_callbacks}, (), True),
}
TOP = ("Say", "Play", "Pause", "Gather", "Redirect", "Hangup", "Record", "Dial")
MAX_SAY = 4096
MAX_HINT = 100


def read(document):
    if len(document) > 64_000:
        raise Wrong(f"{len(document)} bytes")
    try:
        root = ElementTree.fromstring(document)
    except ElementTree.ParseError as error:
        raise Wrong(f"no XML: {error}") from None
    if root.tag != "Response" or root.attrib:
        raise Wrong(f"the root is {root.tag} with {root.attrib}")
    if (root.text or "").strip():
        raise Wrong("text in Response")
    verbs = [_verb(child, TOP) for child in root]
    for verb, after in zip(verbs, verbs[1:]):
        if verb.name in ("Redirect", "Hangup"):
            raise Wrong(f"{after.name} after {verb.name} is never reached")
    return verbs


def _verb(node, allowed):
    if node.tag not in allowed:
        raise Wrong(f"an unknown element {node.tag}")
    attributes, children, with_text = VERBS[node.tag]
    for name, value in node.attrib.items():
        if name not in attributes:
            raise Wrong(f"{node.tag} with an unknown attribute {name}")
        if attributes[name](value):
            raise Wrong(f"{node.tag} {name}={value!r}")
    if (node.tail or "").strip():
        raise Wrong(f"text after {node.tag}")
    text = (node.text or "").strip()
    verb = Verb(node.tag, dict(node.attrib), text, [_verb(child, children) for child in node])
    if with_text and not text and not verb.children or text and (not with_text or verb.children):
        raise Wrong(f"{node.tag} with the text {text!r}")
    if node.tag == "Say" and len(text) > MAX_SAY:
        raise Wrong(f"a Say of {len(text)} characters")
    if any(len(hint.strip()) > MAX_HINT for hint in node.attrib.get("hints", "").split(",")):
        raise Wrong("a hint is too long")
    return verb
