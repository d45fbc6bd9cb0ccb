"""Words for true and false, by language."""

from __future__ import annotations

from collections.abc import Iterable

_PAIRS = """
yes no · y n · t f · ja nein · j n · oui non · o n · si no · sí no · s n · sim não · sim nao
on off · vrai faux · wahr falsch · verdadero falso · verdadeiro falso · vero falso · tak nie
evet hayır · igen nem · ano ne · да нет · kyllä ei · ja nej · ja nee · v f · w f
waar onwaar · prawda fałsz · áno nie · da ne · da nu · истина ложь · sant falskt · sann usann
tosi epätosi · doğru yanlış · ναι όχι · igaz hamis · pravda nepravda
是 否 · はい いいえ · 예 아니오
"""
PAIRS = tuple(
    (pair.split()[0], pair.split()[1]) for line in _PAIRS.strip().splitlines()
    for pair in line.split(" · ")
)  # fmt: skip
"""True and false, in the words of one language each."""

SURE = frozenset(
    ("yes", "no", "ja", "nein", "oui", "non", "sim", "não", "tak", "evet", "hayır", "igen", "kyllä")
)
"""Words that mean it even where the other one of their pair does not occur."""


def _cases(words: Iterable[str]) -> tuple[str, ...]:
    forms = (form for word in words for form in (word, word.capitalize(), word.upper()))
    return tuple(dict.fromkeys(forms))


YES = _cases(pair[0] for pair in PAIRS)
NO = tuple(word for word in _cases(pair[1] for pair in PAIRS) if word not in YES)


def one_language(words: Iterable[str]) -> bool:
    """Whether words for true and false are of one language, and both of them there or sure."""
    found = {word.casefold() for word in words}
    return any(found == set(pair) or (found < set(pair) and found <= SURE) for pair in PAIRS)
