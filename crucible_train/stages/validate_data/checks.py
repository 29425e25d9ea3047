"""What can be wrong with single records, and with records beside one another."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from crucible_train.records import Conversation
from crucible_train.records.shapes import has_answer
from crucible_train.stages.validate_data.finding import Finding, finding
from crucible_train.stages.validate_data.survey import asks, prompt_and_answer

if TYPE_CHECKING:
    from crucible_train.records import Message, Record
    from crucible_train.stages.validate_data.survey import Survey


def refused(data: Survey, num_examples: int) -> Finding:
    """Records for which a training stage refuses the data set: unreadable, or not what `schema` says."""
    indexes = sorted({*data.unreadable, *data.mismatches})
    examples: list[dict[str, Any]] = [
        {"record": index, "problem": data.unreadable.get(index) or data.mismatches[index]}
        for index in indexes
    ]
    counts = {"unreadable": len(data.unreadable), "schema": len(data.mismatches)}
    return finding(examples, data.num_records, num_examples, counts=counts)


def duplicates(data: Survey, num_examples: int) -> Finding:
    """Records that are exactly an earlier one, as a trainer reads them: other columns do not count."""
    first: dict[Record, int] = {}
    examples: list[dict[str, Any]] = []
    for index, record in data.records:
        earlier = first.setdefault(record, index)
        if earlier != index:
            examples.append({"record": index, "same_as": earlier})
    return finding(examples, data.num_records, num_examples)


def conflicts(data: Survey, num_examples: int) -> Finding:
    """Records that share their prompt exactly with a record that has another answer; all of them count.

    The examples are those that differ from the first record with their prompt.
    """
    answers: dict[tuple[Message, ...], list[tuple[int, tuple[Message, ...]]]] = {}
    for index, record in data.records:
        if not isinstance(record, Conversation):
            continue
        prompt, answer = prompt_and_answer(record)
        if answer and asks(prompt):
            answers.setdefault(prompt, []).append((index, answer))
    number = 0
    examples: list[dict[str, Any]] = []
    for (first, first_answer), *others in answers.values():
        differing = [index for index, answer in others if answer != first_answer]
        if differing:
            number += 1 + len(others)
            examples += [{"record": index, "same_prompt_as": first} for index in differing]
    examples.sort(key=lambda example: example["record"])
    return finding(examples, data.num_records, num_examples, num_records=number)


def empty(data: Survey, num_examples: int) -> Finding:
    """Records with a message that is empty or only white space, by whose message it is.

    One without any content at all is unreadable, and counted there.
    """
    counts: Counter[str] = Counter()
    examples: list[dict[str, Any]] = []
    for index, record in data.records:
        if not isinstance(record, Conversation):
            continue
        roles = [message.role for message in record.messages if not message.content.strip()]
        if roles:
            counts.update(set(roles))
            examples.append({"record": index, "role": roles[0]})
    return finding(examples, data.num_records, num_examples, counts=dict(sorted(counts.items())))


def unanswered(data: Survey, num_examples: int) -> Finding:
    """Conversations in which no assistant says anything: trained on answers, they teach nothing."""
    examples = [
        {"record": index}
        for index, record in data.records
        if isinstance(record, Conversation) and not has_answer(record)
    ]
    return finding(examples, data.num_records, num_examples)
