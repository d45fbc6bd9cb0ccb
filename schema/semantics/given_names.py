"""Given names that are common in many countries: what tells people's names from other words."""

from __future__ import annotations

import re

_COMMON = """
james john robert michael william david richard joseph thomas charles christopher daniel matthew
anthony mark donald steven paul andrew joshua kenneth kevin brian george timothy ronald edward jason
jeffrey ryan jacob gary nicholas eric jonathan stephen larry justin scott brandon benjamin samuel
gregory alexander frank patrick raymond jack dennis jerry tyler aaron jose adam nathan henry douglas
zachary peter kyle walter ethan jeremy harold keith christian roger noah gerald carl terry sean
austin arthur lawrence jesse dylan bryan joe jordan billy bruce albert willie gabriel logan alan
wayne roy ralph randy eugene vincent russell elijah louis bobby philip johnny tim bill bob tom jim
mike steve dave dan ron ken don ray fred ted jeff greg al mary patricia jennifer linda elizabeth
barbara susan jessica sarah karen lisa nancy betty margaret sandra ashley kimberly emily donna
michelle carol amanda dorothy melissa deborah stephanie rebecca sharon laura cynthia kathleen amy
angela shirley anna brenda pamela emma nicole helen samantha katherine christine debra rachel
carolyn janet catherine maria heather diane ruth julie olivia joyce virginia victoria kelly lauren
christina joan evelyn judith megan andrea cheryl hannah jacqueline martha gloria teresa ann sara
madison frances kathryn janice jean abigail alice julia judy sophia grace denise amber doris
marilyn danielle beverly isabella theresa diana natalie brittany charlotte marie kayla alexis lori
edith ellen florence clara rose ada agnes ernest herbert oscar hugh stanley leonard francis edwin
jan hans peter klaus jürgen wolfgang günter uwe karl heinz dieter horst manfred helmut werner
stefan michael andreas thomas matthias martin frank bernd ralf markus sabine ursula monika petra
renate brigitte ingrid erika gisela claudia katharina anja heike johann friedrich wilhelm ludwig
jean pierre michel andré philippe alain bernard jacques daniel rené claude françois marcel henri
luc nicolas olivier christophe laurent julien guillaume antoine isabelle nathalie sylvie françoise
monique catherine martine nicole valérie hélène camille chloé léa manon josé antonio manuel
francisco juan david javier jesús carlos miguel pedro luis ángel rafael alejandro fernando pablo
sergio jorge alberto maría carmen ana isabel josefa dolores pilar teresa cristina elena lucía marta
giuseppe giovanni antonio mario luigi francesco angelo vincenzo pietro salvatore carlo franco
domenico bruno paolo marco andrea luca matteo lorenzo giulia francesca chiara paola rosa lucia
joão antónio paulo marcos lucas luiz fernanda juliana adriana aline piotr krzysztof andrzej tomasz
jerzy tadeusz stanisław józef jan katarzyna małgorzata agnieszka barbara ewa jakub pavel jiří petr
josef tomáš jana eva hana lars anders per nils erik sven olof karin anna eva birgitta ole jens
niels mette hanne kari ingrid bjørn knut ahmet mehmet mustafa ali hüseyin hasan ibrahim ismail
fatma ayşe emine hatice mohammad mohammed muhammad mohamed ahmed ahmad hassan hussein omar abdullah
abdul youssef yusuf khalid fatima aisha maryam ivan alexander sergei vladimir dmitri andrei mikhail
nikolai boris igor oleg yuri viktor olga elena natalia svetlana tatiana irina александр сергей
дмитрий андрей михаил иван николай владимир алексей елена ольга наталья татьяна ирина анна мария
raj rahul amit sanjay vijay anil sunil priya neha anita sunita wei li ming hiroshi takashi kenji
yuki akira yoko keiko min-jun ji-hoon kim-il juma kwame chinua nelson winston fidel leonid josip
"""
COMMON = frozenset(_COMMON.split())

_PARTS = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_SHAPE = re.compile(
    r"[^\W\d_][\w'’.-]*(?:,? [\w'’.()-]+){0,7}(?:,? (?:Jr|Sr|II|III)\.?)?", re.UNICODE
)
_MOST_PARTS, _MOST_PLAIN = 8, 4
"""Words of a name with its family first, and of one without a comma; titles of books have more."""


def is_given(value: str) -> bool:
    """Whether the one word of a value is a common given name."""
    return value.casefold() in COMMON


def names_a_person(value: str) -> bool:
    """Whether a value of a few words begins with a common given name, or has one right
    behind its comma (and a title).
    """
    if not _SHAPE.fullmatch(value):
        return False
    parts = _PARTS.findall(value)
    behind = value.partition(",")[2]
    if not 2 <= len(parts) <= (_MOST_PARTS if behind else _MOST_PLAIN):
        return False
    begins = _PARTS.findall(behind)[:2] if behind else parts[:1]
    return any(part.casefold() in COMMON for part in begins)
