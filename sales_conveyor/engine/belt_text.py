"""How much room text takes, without a font, and how to break it.

Widths are those of DejaVu Sans, the widest of the faces that browsers and
printers put in the place of "sans-serif", rounded up to a twentieth of an em:
what fits here fits in Arial, Helvetica, Liberation, Roboto and Noto too.
"""

from unicodedata import combining, east_asian_width

BOLD = 1.13  # of the widths of the regular face
ELLIPSIS = "…"
HYPHEN = "-"
_BY_WIDTH = {
    0.3: "'IJijl|", 0.35: " ,./:;\\·\N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}", 0.4: "()-[]ft", 0.45: "!r", 0.5: "\"*_`–",
    0.55: "?cszгзсэç“”", 0.6: "FLkvxyвтухчь", 0.65: "$0123456789EPSTYabdeghnopqu{}абеийклоряёіїґҐГЕЗРТУЁЄäöüßéèêñ«»",
    0.7: "ABCKRVXZднпцАБВСХЧЬЭЯÄ", 0.75: "NUъИЙКÜ", 0.8: "&DGHOQмыДЛНОПЦÖ", 0.85: "#+<=>^w~юЪ×→↑↓←↻±≤≥", 0.9: "MфМФЫ",
    0.95: "жшщ", 1.0: "%@Wm…—%", 1.05: "№", 1.1: "ЖШЩЮ",
}
_WIDTHS = {character: width for width, characters in _BY_WIDTH.items() for character in characters}
_OTHER = 0.75
_VOWELS = frozenset("aeiouyäöüéèêаеёиоуыэюяіїє")
_SILENT = frozenset("ьъй")


def text_width(text: str, size: float, bold: bool = False) -> float:
    """Pixels that a line of text takes at most.

    >>> text_width("Won", 10) < text_width("Won", 10, bold=True) < text_width("Выигран", 10)
    True
    """
    return sum(map(_character, text)) * size * (BOLD if bold else 1)


def _character(character: str) -> float:
    width = _WIDTHS.get(character)
    if width is not None:
        return width
    if combining(character):
        return 0
    return 1.1 if east_asian_width(character) in "WF" else _OTHER


def wrapped(text: str, room: float, size: float, bold: bool = False, lines: int = 4) -> tuple[str, ...]:
    """The text in at most so many lines of at most ``room`` pixels.

    Lines break between words; a word that is wider than the room breaks after
    a syllable if it can; what is too much ends in an ellipsis.
    """
    def fits(line: str) -> bool:
        return text_width(line, size, bold) <= room

    result: list[str] = []
    line = ""
    for word in text.split():
        if line and fits(f"{line} {word}"):
            line = f"{line} {word}"
            continue
        if line:
            result.append(line)
        *parts, line = _broken(word, fits)
        result += parts
    result += [line] if line else []
    if len(result) <= lines:
        return tuple(result)
    return (*result[:lines - 1], _ended(result[lines - 1], fits))


def _broken(word: str, fits) -> list[str]:
    """A word in pieces that fit, all but the last with a hyphen."""
    parts = []
    while not fits(word):
        most = next((length for length in range(len(word) - 1, 0, -1) if fits(word[:length] + HYPHEN)), 1)
        cut = _syllable(word, most)
        piece = word[:cut]
        parts.append(piece if piece.endswith(HYPHEN) else piece + HYPHEN)
        word = word[cut:]
    return [*parts, word]


def _syllable(word: str, most: int) -> int:
    """Where to cut, at ``most`` at the latest: where a syllable begins, with letters enough on both sides."""
    own = word.rfind(HYPHEN, 1, most) + 1
    if own:
        return own
    for cut in range(min(most, len(word) - 2), max(most // 2, 1), -1):
        after, then = word[cut:cut + 2].lower()
        if after.isalpha() and after not in _VOWELS | _SILENT and then in _VOWELS:
            return cut
    return most


def _ended(line: str, fits) -> str:
    while line and not fits(line + ELLIPSIS):
        line = line[:-1].rstrip(" ,.;:-")
    return line + ELLIPSIS
