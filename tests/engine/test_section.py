"""Moves and verdicts, as tables."""

import pytest
from engine.section import ADVISE, BACK, BLOCK, FORWARD, OFF, SKIP, Claim, Move, classify, verdict

PIPELINE = (10, 20, 30, 40)


@pytest.mark.parametrize("source, target, move", [
    (10, 20, Move(FORWARD, (10,))),
    (10, 40, Move(SKIP, (10, 20, 30))),
    (30, 10, Move(BACK)),
    (20, 20, Move(FORWARD)),
    (None, 20, Move(FORWARD)),
    (99, 20, Move(FORWARD, (99,))),
    (10, 99, Move(FORWARD, (10,))),
], ids=["next", "two jumped over", "back", "stays", "from nowhere", "from another pipeline", "to another pipeline"])
def test_classify(source, target, move):
    assert classify(PIPELINE, source, target) == move


@pytest.mark.parametrize("mode, binds, by_person, expected", [
    (OFF, True, True, OFF),
    (OFF, False, False, OFF),
    (ADVISE, True, True, ADVISE),
    (ADVISE, True, False, ADVISE),
    (BLOCK, True, True, BLOCK),
    (BLOCK, True, False, ADVISE),
    (BLOCK, False, True, ADVISE),
])
def test_verdict(mode, binds, by_person, expected):
    assert verdict(Claim(mode, binds), by_person) == expected


def test_an_unknown_mode_is_an_error():
    with pytest.raises(ValueError, match="sometimes"):
        verdict(Claim("sometimes"), True)
