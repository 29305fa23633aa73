"""What a belt says to who cannot see it, and what its parts say when pointed at."""

from collections.abc import Iterator

from .belt_parts import AGAIN, Belt, Flow, Step, Words


def sentence(belt: Belt, words: Words, flow: Flow) -> str:
    """One flow in words."""
    labels = {step.key: step.label for step in belt.steps}
    said = words.say(belt.kind_of(flow), source=labels.get(flow.source, ""), target=labels[flow.target], count=flow.count)
    return f"{said} {words.say('wait', wait=flow.wait)}" if flow.wait and words.wait else said


def loss_sentence(words: Words, step: Step) -> str:
    """What falls off at a step, with all its reasons, in words."""
    reasons = [f"{words.number(reason.count)} {reason.label}" for reason in step.reasons if reason.count]
    said = words.say("lost", step=step.label, count=step.lost)
    return f"{said} ({'; '.join(reasons)})" if reasons else said


def step_sentence(words: Words, step: Step) -> str:
    """A step with its figures, in words."""
    said = words.say("step", step=step.label, count=step.count) if step.count is not None else step.label
    return ", ".join((said, *step.figures))


def sentences(belt: Belt, words: Words) -> Iterator[str]:
    """The text alternative: the steps in order, each with what leaves it."""
    said = [words.summary]
    for step in belt.steps:
        said.append(step_sentence(words, step))
        if step.mark:
            said.append(words.say("marked", step=step.label, why=step.mark))
        said += [sentence(belt, words, flow) for flow in belt.flows if flow.source == step.key and flow.count]
        said += [loss_sentence(words, step)] if step.lost else []
    said += [sentence(belt, words, flow) for flow in belt.flows if belt.kind_of(flow) == AGAIN and flow.count]
    return (text if text.endswith((".", "!", "?")) else f"{text}." for text in said if text)
