"""Which flights can be trusted? Good rows to one output, the others with the reason to another.

headwater run sample_data/pipelines/cleaning.py --param most_delay=600
headwater show flights_rejected
"""

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from connectors.spark.outputs import Output
from connectors.spark.pipeline import log_metric, pipeline


@pipeline(
    inputs={"flights": "flights", "airports": "airports"},
    output={
        "clean": Output("out/flights_clean", partition_by=("month",), breaking="fail"),
        "rejected": Output("out/flights_rejected.csv"),
    },
)
def cleaning(
    flights: DataFrame, airports: DataFrame, *, most_delay: int = 900
) -> dict[str, DataFrame]:
    """Flights that arrived at a known airport within reason, and those that did not."""
    known = airports.select(F.col("faa").alias("dest"), F.lit(1).alias("known"))
    reason = (
        F.when(F.col("arr_time").isNull(), "did not arrive")
        .when(F.col("arr_delay").isNull(), "no arrival delay")
        .when(F.abs("arr_delay") > most_delay, "delay beyond reason")
        .when(F.col("known").isNull(), "unknown destination")
    )
    judged = flights.join(F.broadcast(known), on="dest", how="left").withColumn("reason", reason)
    log_metric("most_delay", most_delay)
    return {
        "clean": judged.where(F.col("reason").isNull()).drop("reason", "known"),
        "rejected": judged.where(F.col("reason").isNotNull()).select(
            "year", "month", "day", "carrier", "flight", "origin", "dest", "arr_delay", "reason"
        ),
    }
