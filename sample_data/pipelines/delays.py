"""Which destinations are reached late? Joins two sources and writes one.

headwater crawl sample_data
headwater run sample_data/pipelines/delays.py --param min_flights=50
headwater lineage delays
"""

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from connectors.spark.pipeline import pipeline


@pipeline(inputs={"flights": "flights", "airports": "airports"}, output="out/delays")
def delays(flights: DataFrame, airports: DataFrame, *, min_flights: int = 100) -> DataFrame:
    """Mean arrival delay by destination, for those with at least `min_flights` arrivals."""
    arrived = flights.where(F.col("arr_delay").isNotNull())
    by_destination = (
        arrived.groupBy("dest")
        .agg(
            F.count("*").alias("flights"),
            F.round(F.avg("arr_delay"), 2).alias("mean_arr_delay"),
            F.max("arr_delay").alias("worst_arr_delay"),
        )
        .where(F.col("flights") >= min_flights)
    )
    names = airports.select(F.col("faa").alias("dest"), F.col("name").alias("airport"))
    return (
        by_destination.join(names, on="dest", how="left")
        .select("dest", "airport", "flights", "mean_arr_delay", "worst_arr_delay")
        .orderBy(F.col("mean_arr_delay").desc(), "dest")
    )
