"""Sources with personal data, and what of it no output may tell."""

from __future__ import annotations

import json
import re
from pathlib import Path

HIDDEN = ("zebedee", "quillfeather", "xylotomy", "wombatson", "vexillary", "734219", "jackdaw")
"""What stands in personal columns, and nowhere else."""

FOUND = re.compile("|".join(HIDDEN), re.IGNORECASE)


def write(folder: Path, *, later: bool) -> None:
    """People as a table, within objects, and as what a visit refers to; some do not fit."""
    names = ("Xylotomy", "Wombatson", "Vexillary")
    lines = ["email,first_name,salary,birth_date,visits"]
    lines += [
        f"zebedee{n % 7}@quillfeather.org,{names[n % 3]},{734219 if n % 2 else 734000 + n},"
        f"1987-03-14,{n % 90}"
        for n in range(240)
    ]
    lines.append('zebedee@quillfeather.org,Xylotomy,jackdaw,1987-03-14,9,vexillary,it\'s "zebedee"')
    lines += ["zebedee,Wombatson,-7,1887-03-14,5"] * (90 if later else 0)
    (folder / "people.csv").write_text("\n".join(lines) + "\n")
    inner = [
        {
            "person": {"email": f"zebedee{n % 4}@quillfeather.org", "first_name": names[n % 3]},
            "n": n,
        }
        for n in range(120)
    ]
    (folder / "members.jsonl").write_text("".join(json.dumps(one) + "\n" for one in inner))
    accounts = "".join(f"zebedee{n}@quillfeather.org,{n % 9}\n" for n in range(300))
    (folder / "accounts.csv").write_text("email,rank\n" + accounts)
    visits = "".join(f"{n},zebedee{n % 290}@quillfeather.org\n" for n in range(900))
    nobodys = "".join(f"{n + 900},jackdaw{n}@quillfeather.org\n" for n in range(40 * later))
    (folder / "visits.csv").write_text("visit,account_email\n" + visits + nobodys)
