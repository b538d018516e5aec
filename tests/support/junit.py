"""The report that CI systems read, judged as their schema would: elements, their attributes, and what they count."""

import re
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

SECONDS = re.compile(r"[0-9]+\.[0-9]{1,6}")
# Of each element: the attributes that it must have, those that it may have, and what may be in it.
SHAPES: dict[str, tuple[set[str], set[str], set[str]]] = {
    "testsuites": (set(), {"name", "tests", "failures", "errors", "skipped", "time"}, {"testsuite"}),
    "testsuite": ({"name", "tests", "failures", "errors", "time"},
                  {"id", "package", "hostname", "timestamp", "skipped", "file"},
                  {"properties", "testcase", "system-out", "system-err"}),
    "testcase": ({"name", "classname", "time"}, {"file", "line", "assertions", "status"},
                 {"skipped", "error", "failure", "system-out", "system-err"}),
    "failure": ({"message", "type"}, set(), set()),
}  # fmt: skip


def cases_of(report: bytes) -> list[Element]:
    """All cases of a report that is as it should be."""
    root = ElementTree.fromstring(report)  # noqa: S314  We wrote it.
    assert root.tag in ("testsuites", "testsuite")
    _shaped(root)
    for suite in root.iter("testsuite"):
        cases = suite.findall("testcase")
        assert suite.get("tests") == str(len(cases))
        assert suite.get("failures") == str(sum(case.find("failure") is not None for case in cases))
        assert suite.get("errors") == str(sum(case.find("error") is not None for case in cases))
        assert abs(float(suite.get("time", "")) - sum(float(case.get("time", "")) for case in cases)) < 0.1
    return list(root.iter("testcase"))


def _shaped(element: Element) -> None:
    needed, allowed, within = SHAPES[element.tag]
    given = set(element.keys())
    assert needed <= given <= needed | allowed, (element.tag, given)
    assert SECONDS.fullmatch(element.get("time", "0.0"))
    for name in ("tests", "failures", "errors"):
        assert element.get(name, "0").isdecimal()
    for inside in element:
        assert inside.tag in within, (element.tag, inside.tag)
        _shaped(inside)
