"""What names of columns tell of references."""

from __future__ import annotations

import pytest

from catalog.joins.names import reference, table_words, without_prefix, words_of


@pytest.mark.parametrize(
    ("mine", "table", "key", "least"),
    [
        ("customer_id", "customers", "id", 0.9),
        ("CustomerID", "Customers", "CustomerID", 0.9),
        ("customer", "dim_customer", "code", 0.9),
        ("billing_customer_id", "customers", "id", 0.8),
        ("cust_no", "customer", "number", 0.9),
        ("dept_id", "departments", "id", 0.9),
        ("home_team_id", "teams", "team_id", 0.8),
        ("countryCode", "countries", "code", 0.9),
        ("category_id", "product_categories", "id", 0.8),
        ("created_by", "users", "id", 0.6),
        ("ShipVia", "Shippers", "ShipperID", 0.5),
    ],
)
def test_a_name_refers(mine, table, key, least):
    words, table = words_of(mine), table_words(table)
    assert reference(words, words_of(key), table, same_source=False) >= least


@pytest.mark.parametrize(
    ("mine", "table", "key"),
    [
        ("quantity", "orders", "id"),
        ("id", "customers", "id"),
        ("order_count", "orders", "id"),
        ("sort_order", "orders", "id"),
        ("product_id", "customers", "id"),
        ("status", "customers", "customer_id"),
    ],
)
def test_a_name_does_not_refer(mine, table, key):
    found = reference(words_of(mine), words_of(key), table_words(table), same_source=False)
    assert found < 0.2


def test_a_name_refers_to_its_own_table_only_by_a_role():
    parent = reference(words_of("parent_id"), ("id",), ("node",), same_source=True)
    assert parent > reference(words_of("node_id"), ("id",), ("node",), same_source=True) == 0


def test_a_prefix_of_all_columns_says_nothing():
    words = [words_of(name) for name in ("l_orderkey", "l_partkey", "l_tax")]
    assert without_prefix(words) == [("order", "key"), ("part", "key"), ("tax",)]
    assert without_prefix(words[:2]) == words[:2]
