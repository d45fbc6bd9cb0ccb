"""Things that have names of their own which lists know: parts of countries, colours."""

from __future__ import annotations

import re
from functools import cache

from schema.semantics.model import SemanticType, like, one_of

COUNTRY_NUMBERS = (
    *("iso_num", "isonumeric", "iso_numeric", "numeric", "country_num", "country_numeric"),
    *("country_code", "ccn3", "m49", "country_no", "un_code"),
)

_COLORS = """
black white red green blue yellow orange purple brown pink gray grey silver gold beige cyan magenta
aliceblue antiquewhite aqua aquamarine azure bisque blanchedalmond blueviolet burlywood cadetblue
chartreuse chocolate coral cornflowerblue cornsilk crimson darkblue darkcyan darkgoldenrod darkgray
darkgrey darkgreen darkkhaki darkmagenta darkolivegreen darkorange darkorchid darkred darksalmon
darkseagreen darkslateblue darkslategray darkturquoise darkviolet deeppink deepskyblue dimgray
dodgerblue firebrick floralwhite forestgreen fuchsia gainsboro ghostwhite goldenrod greenyellow
honeydew hotpink indianred indigo ivory khaki lavender lavenderblush lawngreen lemonchiffon
lightblue lightcoral lightcyan lightgoldenrodyellow lightgray lightgrey lightgreen lightpink
lightsalmon lightseagreen lightskyblue lightslategray lightsteelblue lightyellow lime limegreen
linen maroon mediumaquamarine mediumblue mediumorchid mediumpurple mediumseagreen mediumslateblue
mediumspringgreen mediumturquoise mediumvioletred midnightblue mintcream mistyrose moccasin
navajowhite navy oldlace olive olivedrab orangered orchid palegoldenrod palegreen paleturquoise
palevioletred papayawhip peachpuff peru plum powderblue rosybrown royalblue saddlebrown salmon
sandybrown seagreen seashell sienna skyblue slateblue slategray snow springgreen steelblue tan teal
thistle tomato turquoise violet wheat whitesmoke yellowgreen
rot grün blau gelb schwarz weiß weiss grau braun rosa lila bleu rouge vert jaune noir blanc gris
rojo verde azul amarillo negro blanco
"""
_is_color_name = one_of(_COLORS)
_is_color_code = like(
    r"#(?:[0-9a-fA-F]{3}|[0-9a-fA-F]{6}|[0-9a-fA-F]{8})|rgba?\([\d\s.,%]+\)|hsla?\([\d\s.,%]+\)"
)


@cache
def _country_numbers() -> frozenset[str]:
    import pycountry

    return frozenset(entry.numeric for entry in pycountry.countries)


def is_country_number(value: str) -> bool:
    """Whether three digits are a country in ISO 3166."""
    return value in _country_numbers()


@cache
def _subdivisions() -> frozenset[str]:
    import pycountry

    names = (part for entry in pycountry.subdivisions for part in _BOTH.split(entry.name))
    return frozenset(name.strip().casefold() for name in names) - _BEARINGS


_BEARINGS = (
    frozenset(
        ("north", "south", "east", "west", "central", "center", "centre", "northern", "southern")
    )
    | frozenset(
        (
            "eastern",
            "western",
            "northeast",
            "northwest",
            "southeast",
            "southwest",
            "nord",
            "sud",
            "est",
        )
    )
    | frozenset(("north east", "north west", "south east", "south west", "centro", "norte", "sur"))
)
"""Parts of some country each, and of any sales region."""

_BOTH = re.compile(r"[\[\]()]|, ")


def _is_subdivision(value: str) -> bool:
    return len(value) > 2 and value.casefold() in _subdivisions()


TYPES: tuple[SemanticType, ...] = (
    SemanticType(
        "subdivision_name",
        "state, province or other part of a country",
        _is_subdivision,
        yes=("California", "Bayern", "Ontario"),
        no=("CA", "Germany, EU", "Main Street"),
        names=("state", "province", "region", "territory", "land", "county", "bundesland"),
        chance=0.3,
        share=0.8,
    ),
    SemanticType(
        "country_numeric",
        "ISO 3166 country code of three digits",
        lambda value: len(value) == 3 and is_country_number(value),
        yes=("276", "008"),
        no=("8", "999", "DEU"),
        names=COUNTRY_NUMBERS,
        chance=0.25,
    ),
    SemanticType(
        "color",
        "colour",
        lambda value: _is_color_code(value) or _is_color_name(value.replace(" ", "")),
        yes=("#ff8800", "rgb(1, 2, 3)", "DarkOrange", "dark blue"),
        no=("ff8800", "#12", "Berlin"),
        names=("color", "colour", "farbe", "couleur"),
        chance=0.01,
    ),
)
