from __future__ import annotations

import copy
import inspect
import pickle
import subprocess
import sys
import typing

import pytest

import dialogue_harness
from dialogue_harness import checks, errors, testing

if typing.TYPE_CHECKING:
    from types import ModuleType

PUBLIC = [
    "ChatMessage",
    "Context",
    "Delta",
    "Dialogue",
    "Ending",
    "Evidence",
    "History",
    "IdleRun",
    "LoopWatch",
    "Message",
    "Model",
    "Reply",
    "Scenario",
    "Speaker",
    "TerminationLoop",
    "Usage",
    "Verdict",
    "__version__",
    "arun",
    "check",
    "checks",
    "errors",
    "find_termination_loop",
    "model",
    "read_recording",
    "read_transcript",
    "run",
    "stop_rule",
    "transcript_format",
    "write_transcript",
]

#: What `import dialogue_harness` must not load, since every pytest run beside the plugin would pay for it.
HEAVY = ["openai", "httpx", "httpx2", "scipy", "rich", "jinja2", "jsonschema", "tabulate", "pytest"]


def loaded_after(statement: str) -> set[str]:
    """Return the top-level modules that an interpreter has loaded after one statement."""
    script = f"import sys\n{statement}\nprint(*{{name.partition('.')[0] for name in sys.modules}})"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def test_the_public_names_are_these_and_sorted() -> None:
    assert dialogue_harness.__all__ == PUBLIC
    assert sorted(PUBLIC) == PUBLIC
    assert dir(dialogue_harness) == PUBLIC


def test_what_checks_return_and_take_can_be_named_in_annotations() -> None:
    assert dialogue_harness.TerminationLoop is dialogue_harness.checks.TerminationLoop
    assert dialogue_harness.IdleRun is dialogue_harness.checks.IdleRun
    assert dialogue_harness.LoopWatch is dialogue_harness.checks.LoopWatch
    assert {"Similarity", "TopicCurve", "TopicPoint"} <= set(dialogue_harness.checks.__all__)


@pytest.mark.parametrize("name", PUBLIC)
def test_every_public_name_can_be_imported(name: str) -> None:
    assert getattr(dialogue_harness, name) is not None


def test_a_name_that_is_not_public_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="module 'dialogue_harness' has no attribute 'dialog'"):
        _ = dialogue_harness.dialog


def test_importing_the_package_loads_nothing_heavy() -> None:
    assert loaded_after("import dialogue_harness") & set(HEAVY) == set()


def test_reading_a_transcript_loads_nothing_heavy() -> None:
    assert loaded_after("from dialogue_harness import Dialogue, write_transcript") & set(HEAVY) == set()


def test_importing_the_package_loads_no_room_until_a_name_is_asked_for() -> None:
    script = "import sys, harness; print(*sorted(name for name in sys.modules if name.startswith('harness')))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["harness"]


def public_objects() -> list[tuple[str, object]]:
    """Return each public class and function with the name by which users import it."""
    homes: list[tuple[ModuleType, list[str]]] = [
        (dialogue_harness, dialogue_harness.__all__),
        (checks, checks.__all__),
        (testing, testing.__all__),
        (errors, [name for name, value in vars(errors).items() if isinstance(value, type) and name[0].isupper()]),
    ]
    found = [(f"{home.__name__}.{name}", getattr(home, name)) for home, names in homes for name in names]
    return [(name, value) for name, value in found if callable(value)]


@pytest.mark.parametrize(("name", "value"), public_objects(), ids=lambda value: value if isinstance(value, str) else "")
def test_a_public_name_and_its_methods_are_documented(name: str, value: object) -> None:
    methods = vars(value).items() if isinstance(value, type) else ()
    own = {key: one for key, one in methods if callable(getattr(one, "fget", one)) and not key.startswith("_")}
    assert [key for key, one in {name: value, **own}.items() if not (inspect.getdoc(one) or "").strip()] == []


@pytest.mark.parametrize(("name", "value"), public_objects(), ids=lambda value: value if isinstance(value, str) else "")
def test_a_public_name_shows_a_module_that_users_can_import_it_from(name: str, value: object) -> None:
    module = value.__module__
    assert module in {
        "dialogue_harness",
        "dialogue_harness.checks",
        "dialogue_harness.errors",
        "dialogue_harness.testing",
    }
    assert getattr(sys.modules[module], name.rpartition(".")[2]) is value


@pytest.mark.parametrize(
    "name", ["Dialogue", "Ending", "Evidence", "Message", "Scenario", "Speaker", "Usage", "Verdict"]
)
def test_a_public_class_keeps_its_type_hints_and_signature(name: str) -> None:
    cls = getattr(dialogue_harness, name)
    assert cls.__module__ == "dialogue_harness"
    assert typing.get_type_hints(cls)
    assert inspect.signature(cls).parameters


def test_a_dialogue_is_pickled_by_its_public_name() -> None:
    dialogue = dialogue_harness.Dialogue.from_texts(["Hello.", "Goodbye."])
    assert pickle.loads(pickle.dumps(dialogue)) == copy.copy(dialogue) == dialogue  # noqa: S301 -- our own bytes
