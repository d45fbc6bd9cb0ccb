"""A catalog with personal data, served to those who show a token of some role."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import httpx

from catalog.access.callers import Role
from catalog.crawl import crawl
from catalog.store import Store
from connectors.model import Limits
from tests.service.made_catalog import Served

PERSON = "ada.lovelace@example.org"
ROLES = ("nobody", "reader", "editor", "admin")


@dataclass(frozen=True)
class Guarded:
    """The service, and the secret of a token of each role; `unmasked` is a reader's."""

    served: Served
    store: Store
    folder: Path
    secrets: dict[str, str]

    def as_(self, who: str) -> dict[str, str]:
        """The headers of a caller."""
        secret = self.secrets.get(who)
        return {"authorization": f"Bearer {secret}"} if secret else {}

    def get(self, path: str, who: str = "reader", **headers: str) -> httpx.Response:
        return self.served.http.get(path, headers={**self.as_(who), **headers})

    def ask(self, query: str, who: str = "reader", **variables: object) -> httpx.Response:
        return self.served.post(query, variables, **self.as_(who))


def write_people(folder: Path) -> None:
    """A table of people, whose mail and pay are nobody's business, and one of birds."""
    lines = [f"{name}.{at}@example.org,{at % 90},{1000 + at}" for at, name in enumerate("abc" * 20)]
    lines += [f"{PERSON},36,123456"] * 15
    (folder / "people.csv").write_text("email,visits,salary\n" + "\n".join(lines) + "\n")
    (folder / "birds.csv").write_text("species,count\nwren,3\nheron,1\n")


def fill(store: Store, folder: Path) -> dict[str, str]:
    """Crawl, and make a token of each role."""
    write_people(folder)
    list(crawl([str(folder)], store, Limits()))
    made = {role.value: store.access.create_token(role, name=f"a {role.value}")[1] for role in Role}
    made["unmasked"] = store.access.create_token(Role.READER, name="trusted", unmask=True)[1]
    return made


def mutation(name: str, arguments: str) -> str:
    return f"mutation {{ {name}(input: {{{arguments}}}) {{ errors {{ code message }} }} }}"
