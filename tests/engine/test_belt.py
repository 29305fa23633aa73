"""The belt: nothing overlaps, nothing is lost, nothing gets out."""

import random
import re
from functools import cache
from itertools import combinations
from xml.etree import ElementTree

import pytest

from engine.belt import (
    AGAIN, BACK, FORWARD, MILESTONE, START, WON, Belt, Flow, Look, Reason, Step, Words, choose, draw, sentences,
)
from engine.belt_layout import layout
from engine.belt_text import text_width, wrapped

SVG = "{http://www.w3.org/2000/svg}"
WORDS = Words(
    title="Лента процесса", step="%(step)s: %(count)s", wait="ожидание %(wait)s", lost="%(count)s потеряно на шаге %(step)s",
    forward="%(count)s из %(source)s в %(target)s", back="%(count)s назад из %(source)s в %(target)s",
    again="%(count)s взяты снова в %(target)s", marked="%(step)s держит поток: %(why)s", more="ещё %(arcs)s путей, %(count)s переходов",
    fallen="%(count)s потеряно", other="%(count)s по другим причинам", again_short="↑ %(count)s взяты снова",
    legend={FORWARD: "вперёд, ширина по числу лидов", BACK: "назад", "lost": "потеряны, с причинами"},
    number=lambda number: f"{number:,}".replace(",", "\N{NO-BREAK SPACE}"))
NAMES = ("Лид создан", "Новые обращения", "Квалификация", "Назначена встреча", "Встреча проведена", "Выявление потребности",
         "Коммерческое предложение", "Отправлено предложение", "Согласование технического задания", "Переговоры", "Тест-драйв",
         "Договор на подписании", "Заказ подтверждён", "Предоплата по счёту", "Выигран")
REASONS = ("Слишком дорого", "Нет ответа", "Купили у конкурентов", "Не подошли сроки поставки", "Передумали", "Человеконенавистничество")
PHASES = ("Привлечение клиентов", "Первая продажа", "Ведение постоянных клиентов")
SIZES = [(size, seed) for size in range(3, 16) for seed in range(4)]


@cache
def made_belt(size, seed):
    """A belt of so many steps, with flows of all kinds between any of them."""
    rnd = random.Random(f"{size} {seed}")
    count = rnd.choice([9, 400, 1_800_000])
    steps, flows = [], []
    for number in range(size):
        kind = START if not number else WON if number == size - 1 else rnd.choice([MILESTONE, "section", "section", "section"])
        lost = rnd.randint(0, count // 4) if kind == "section" else 0
        named = [rnd.randint(0, lost // 4) for _reason in range(rnd.randint(0, 4))]
        steps.append(Step(
            f"k{number}", rnd.choice(NAMES), count, kind, rnd.choice([None, *PHASES]), (f"{number} дн. здесь", f"{count} открыто"),
            lost, tuple(Reason(rnd.choice(REASONS), part) for part in named), "31 из 80 останавливаются здесь" if number == 2 else ""))
        count -= lost
    for source, target in rnd.sample([(a, b) for a in range(size) for b in range(size)], min(size * size, 4 * size)):
        flows.append(Flow(f"k{source}", f"k{target}", rnd.randint(1, 1 + steps[source].count // (1 + abs(target - source))),
                          rnd.choice(["", "3 дн.", "12 дн. 5 ч"])))
    flows += [Flow("lost", f"k{number}", rnd.randint(1, 30)) for number in range(size) if not rnd.randint(0, 4)]
    return Belt(tuple(steps), tuple(flows))


@cache
def planned(size, seed):
    return layout(made_belt(size, seed), WORDS, Look())


def small_belt(**how):
    return Belt(
        (Step("new", "New", 100, START), Step("offer", "Offer", 60, lost=30, reasons=(Reason("Too dear", 20),), **how), Step("won", "Won", 25, WON)),
        (Flow("new", "offer", 60, "2 d"), Flow("offer", "won", 20, "12 d"), Flow("new", "won", 5), Flow("offer", "new", 10)))


def parts(svg, kind):
    return [group for group in ElementTree.fromstring(svg).iter(f"{SVG}g") if group.get("data-part") == kind]


def texts(svg):
    return ["".join(text.itertext()) for text in ElementTree.fromstring(svg).iter(f"{SVG}text")]


# ---------------------------------------------------------------- geometry
@pytest.mark.parametrize("size, seed", SIZES)
def test_no_two_texts_overlap(size, seed):
    plan = planned(size, seed)
    boxes = [(text.text, text.box) for text in plan.texts]
    for (one, (left, top, right, bottom)), (other, (left2, top2, right2, bottom2)) in combinations(boxes, 2):
        assert right <= left2 or right2 <= left or bottom <= top2 or bottom2 <= top, f"{one!r} and {other!r} overlap"


@pytest.mark.parametrize("size, seed", SIZES)
def test_all_of_it_is_on_the_paper(size, seed):
    plan = planned(size, seed)
    for text in plan.texts:
        left, top, right, bottom = text.box
        assert 0 <= left and right <= plan.width and 0 <= top and bottom <= plan.height, text
    for band in plan.bands:
        assert band.width / 2 <= band.y <= plan.height - band.width / 2


@pytest.mark.parametrize("size, seed", SIZES)
def test_names_and_figures_stay_inside_their_steps(size, seed):
    plan = planned(size, seed)
    for text in plan.texts:
        if plan.box_top < text.y < plan.box_top + plan.box_height:
            inside = [box for box in plan.boxes if box.x <= text.box[0] and text.box[2] <= box.x + box.width]
            assert inside, f"{text.text!r} is wider than its step"


@pytest.mark.parametrize("size, seed", SIZES)
def test_widths_are_in_proportion_to_counts(size, seed):
    plan = planned(size, seed)
    drawn = [(band.flow.count, band.width) for band in plan.bands] + [(drop.step.lost, drop.width) for drop in plan.drops]
    assert drawn
    for count, width in drawn:
        assert width == pytest.approx(max(count * plan.scale, 1.25))
        assert width <= 26.01


@pytest.mark.parametrize("size, seed", SIZES)
def test_arcs_go_the_right_way(size, seed):
    plan = planned(size, seed)
    for band in plan.bands:
        assert (band.y < plan.box_top) if band.kind == FORWARD else (band.y > plan.strip_bottom)
        assert band.x1 < band.x2 if band.kind == FORWARD or band.source == band.target else band.x1 > band.x2
        for end, place in ((band.x1, band.source), (band.x2, band.target)):
            assert plan.boxes[place].x <= end <= plan.boxes[place].x + plan.boxes[place].width


# ---------------------------------------------------------------- nothing is lost
@pytest.mark.parametrize("size, seed", SIZES)
def test_drawn_and_left_out_make_all(size, seed):
    belt = made_belt(size, seed)
    chosen = choose(belt)
    assert sorted(map(id, (*chosen.forward, *chosen.back, *chosen.again, *chosen.left_out))) == sorted(map(id, belt.flows))
    svg = draw(belt, WORDS)
    again = {flow.target for flow in chosen.again}
    assert [len(parts(svg, kind)) for kind in (FORWARD, BACK, AGAIN, "step", "lost")] == [
        len(chosen.forward), len(chosen.back), len(again), size, sum(step.lost > 0 for step in belt.steps)]
    if chosen.left_out:
        said = WORDS.say("more", arcs=len(chosen.left_out), count=sum(flow.count for flow in chosen.left_out))
        assert " ".join(said.split()) in " ".join(" ".join(texts(svg)).split())


def test_thin_flows_are_left_out_and_counted():
    belt = Belt((Step("a", "A"), Step("b", "B"), Step("c", "C")), (Flow("a", "b", 1000), Flow("b", "c", 19), Flow("a", "c", 20)))
    chosen = choose(belt, Look(least=0.02))
    assert [flow.count for flow in chosen.forward] == [1000, 20]
    assert [flow.count for flow in chosen.left_out] == [19]
    assert "+1 (19)" in texts(draw(belt, Words("Belt")))


def test_reasons_and_the_others_make_what_was_lost():
    belt = Belt((Step("a", "A", lost=100, reasons=tuple(Reason(f"reason {count}", count) for count in (5, 40, 10, 30))),))
    said = texts(draw(belt, Words("Belt", fallen="%(count)s lost", other="%(count)s others")))
    assert [text for text in said if text != "A"] == ["100 lost", "40 reason 40", "30 reason 30", "10 reason 10", "20 others"]


def test_the_text_alternative_says_everything():
    said = " ".join(sentences(made_belt(15, 1), WORDS))
    for flow in made_belt(15, 1).flows:
        assert WORDS.number(flow.count) in said
    for step in made_belt(15, 1).steps:
        assert f"{step.label}: {WORDS.number(step.count)}" in said
        assert all(f"{WORDS.number(reason.count)} {reason.label}" in said for reason in step.reasons if reason.count)
    small = list(sentences(small_belt(mark="12 d"), Words("Belt", summary="Of 2026", forward="%(count)s from %(source)s to %(target)s")))
    assert small[:3] == ["Of 2026.", "New: 100.", "60 from New to Offer (2 d)."]
    assert "Offer: 12 d." in small
    assert "Offer: −30 (20 Too dear)." in small


# ---------------------------------------------------------------- the element
@pytest.mark.parametrize("size, seed", SIZES)
def test_well_formed_and_named_for_screen_readers(size, seed):
    root = ElementTree.fromstring(draw(made_belt(size, seed), WORDS, Look(name="b7")))
    assert root.get("role") == "img"
    assert root.get("aria-labelledby") == "b7-title b7-text"
    assert root.find(f"{SVG}title").text == "Лента процесса"
    assert root.find(f"{SVG}desc").get("id") == "b7-text" and root.find(f"{SVG}desc").text
    assert all(group.find(f"{SVG}title").text for group in root.iter(f"{SVG}g") if group.get("data-part"))


def test_no_modern_css_and_nothing_from_elsewhere():
    svg = draw(made_belt(15, 2), WORDS)
    assert not re.search(r"var\(|style=|<style|<script|href|paint-order|dominant-baseline|<foreignObject", svg)


NASTY = "</text><script>alert(1)</script>\"'&<\x00\x0b\ud800]]>"


def test_labels_cannot_get_out():
    words = Words(NASTY, **{name: NASTY.replace("%", "%%") for name in ("summary", "more", "marked", "fallen", "other", "wait")},
                  legend={FORWARD: NASTY, BACK: NASTY, "lost": NASTY})
    belt = Belt((Step(NASTY, NASTY, 10, phase=NASTY, figures=(NASTY,), lost=5, reasons=(Reason(NASTY, 2),), mark=NASTY), Step("b", NASTY, 5)),
                (Flow(NASTY, "b", 500, NASTY), Flow("b", NASTY, 1), Flow(NASTY, NASTY, 40)))
    svg = draw(belt, words, Look(name='x" onload="alert(1)'))
    root = ElementTree.fromstring(svg)
    assert {element.tag.removeprefix(SVG) for element in root.iter()} <= {
        "svg", "title", "desc", "defs", "pattern", "g", "path", "rect", "circle", "text", "tspan"}
    assert not [name for element in root.iter() for name in element.attrib if name.startswith("on")]
    assert "<script" not in svg


def test_equal_belts_give_equal_text_whatever_the_order_of_flows():
    belt = made_belt(9, 3)
    assert draw(belt, WORDS) == draw(made_belt.__wrapped__(9, 3), WORDS)
    shapes = [re.sub("<desc.*?</desc>", "", draw(Belt(belt.steps, flows), WORDS)) for flows in (belt.flows, belt.flows[::-1])]
    assert shapes[0] == shapes[1]


def test_marks_kinds_and_phases_show_without_colour():
    svg = draw(small_belt(mark="12 d", phase="First sale"), Words("Belt"))
    assert "Offer: 12 d" in texts(svg) and "First sale" in texts(svg)
    assert parts(svg, BACK)[0].find(f"{SVG}path").get("stroke-dasharray")
    assert parts(svg, "lost")[0].find(f"{SVG}path").get("fill") == "url(#belt-lost)"
    borders = [part.find(f"{SVG}rect").get("stroke-width") for part in parts(svg, "step")]
    assert borders == ["1.2", "3", "1.2"]


def test_turned_and_fitted_to_the_paper():
    upright = ElementTree.fromstring(draw(made_belt(15, 0), WORDS))
    turned = ElementTree.fromstring(draw(made_belt(15, 0), WORDS, Look(turned=True, fit=700, fit_height=1000)))
    assert turned.get("viewBox").split()[2:] == upright.get("viewBox").split()[:1:-1]
    assert float(turned.get("width")) <= 700.01 and float(turned.get("height")) <= 1000.01


@pytest.mark.parametrize("steps", [(), (Step("a", "A"),)], ids=["nothing", "one step"])
def test_little_is_drawn_too(steps):
    assert ElementTree.fromstring(draw(Belt(steps), Words("Belt"))).get("role") == "img"


@pytest.mark.parametrize("wrong", [
    lambda: Step("a", "A", kind="cloud"),
    lambda: Step("a", "A", lost=1, reasons=(Reason("r", 2),)),
    lambda: Belt((Step("a", "A"), Step("a", "B"))),
    lambda: Belt((Step("a", "A"),), (Flow("a", "b", 1),)),
], ids=["kind", "reasons", "keys", "flows"])
def test_what_cannot_be_is_refused(wrong):
    with pytest.raises(ValueError):
        wrong()


# ---------------------------------------------------------------- text
def test_widths_hold_for_a_real_font():
    pil = pytest.importorskip("PIL.ImageFont")
    for face, bold in (("DejaVuSans.ttf", False), ("DejaVuSans-Bold.ttf", True), ("LiberationSans-Bold.ttf", True), ("Arial.ttf", False)):
        try:
            font = pil.truetype(face, 1000)
        except OSError:
            continue
        for text in (*NAMES, *REASONS, *PHASES, "Account management", "1 800 · 12 d", "Too expensive"):
            assert font.getlength(text) / 100 <= text_width(text, 10, bold) * 1.005, (face, text)


@pytest.mark.parametrize("text, room, lines", [
    ("Won", 60, ("Won",)),
    ("Коммерческое предложение", 70, ("Коммер-", "ческое", "предложе-", "ние")),
    ("Тест-драйв", 50, ("Тест-", "драйв")),
    ("", 60, ()),
])
def test_breaking_lines(text, room, lines):
    assert wrapped(text, room, 10, bold=True) == lines


def test_too_much_text_ends_in_an_ellipsis():
    lines = wrapped("Согласование технического задания", 60, 10, lines=2)
    assert len(lines) == 2 and lines[1].endswith("…")
    assert all(text_width(line, 10) <= 60 for line in lines)
