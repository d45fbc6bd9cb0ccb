"""Foreign keys told from chance, normalised values, unions and additions, over a crawled shop."""

from __future__ import annotations

import pytest

from catalog.joins.asking import (
    additions,
    additions_of,
    joins,
    joins_of,
    partners,
    unions,
    unions_of,
)
from catalog.joins.model import Cardinality, JoinKind
from schema.errors import NotFound
from tests.joins.conftest import KEYS


def told(shop, label, **more):
    store, sources = shop
    labels = {source.pk: source.label for source in sources.values()}
    return [(join, labels[join.other]) for join in joins(store, sources[label], **more)]


def test_foreign_keys_are_found_and_no_others(shop):
    _, sources = shop
    found = {
        (label, join.field, other, join.other_field)
        for label, source in sources.items()
        if source.format == "sqlite"
        for join, other in told(shop, label)
        if join.kind is JoinKind.FOREIGN_KEY and other != "stock"
    }
    assert found == KEYS


def test_a_key_is_told_from_its_other_side_too(shop):
    back = {
        (join.field, other, join.other_field)
        for join, other in told(shop, "customers")
        if join.kind is JoinKind.REFERENCED_BY
    }
    assert back == {("id", "orders", "customer_id"), ("id", "orders", "billing_customer_id")}


def test_figures_of_a_join_are_those_of_the_values(shop):
    ((join, _),) = [
        found for found in told(shop, "order_lines", field="product") if found[1] == "products"
    ]
    assert (join.containment, join.reverse, join.jaccard) == (1.0, 1.0, 1.0)
    assert join.cardinality is Cardinality.MANY_TO_ONE
    assert "'product_id' is unique" in join.reasons


def test_values_join_in_whatever_way_they_are_written(shop):
    """`WH-007` and `wh 007` are one warehouse."""
    joined = {(join.field, other): join for join, other in told(shop, "stock")}
    assert joined["Warehouse", "warehouses"].containment == 1.0
    assert joined["Warehouse", "warehouses"].other_field == "code"
    assert joined["Warehouse", "orders"].containment == 1.0


def test_numbers_that_only_count_do_not_join(shop):
    measures = {"visits", "stock", "quantity", "rating", "line", "pieces"}
    for label in ("customers", "products", "orders", "order_lines", "stock"):
        assert not [join for join, _ in told(shop, label) if join.field in measures]


def test_one_column_can_be_asked_for(shop):
    store, sources = shop
    assert {join.field for join, _ in told(shop, "orders", field="warehouse")} == {"warehouse"}
    assert len(joins(store, sources["orders"], first=2)) == 2
    with pytest.raises(NotFound, match="no column 'nothing'; its columns are 'id', 'customer_id'"):
        joins(store, sources["orders"], "nothing")


def test_unions_and_additions(shop):
    store, sources = shop
    found = partners(store, sources["readings_alpha"])
    (union,) = found.unions
    assert union.other == sources["readings_beta"].pk
    assert (union.share, len(union.fields)) == (1.0, 3)
    added = partners(store, sources["order_lines"]).additions
    gained = {(one.join.other, one.columns) for one in added}
    assert (sources["products"].pk, ("title", "unit_price", "stock")) in gained
    assert partners(store, sources["warehouses"]).unions == []


@pytest.mark.parametrize("most", [None, 3])
def test_many_sources_are_asked_about_at_once(shop, monkeypatch, most):
    """Each gets what it gets alone, also where not all that is compared is held at once."""
    store, sources = shop
    every = list(sources.values())
    alone = {
        one.pk: (joins(store, one), unions(store, one), additions(store, one, joins(store, one)))
        for one in every
    }
    if most is not None:
        monkeypatch.setattr("catalog.joins.asking._MOST_HELD", most)
        monkeypatch.setattr("catalog.store.joining.MOST_KEYS", most)
    joined = joins_of(store, every)
    stacked, beside = unions_of(store, every), additions_of(store, every, joined)
    assert {pk: (joined[pk], stacked[pk], beside[pk]) for pk in joined} == alone
    assert all(any(found[part] for found in alone.values()) for part in range(3))
