"""Flights and delays of each day: reads only the months that no run before has read.

headwater run sample_data/pipelines/daily.py
headwater run sample_data/pipelines/daily.py          # nothing new: reads nothing
headwater run sample_data/pipelines/daily.py --full   # all of it again
"""

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from connectors.spark.pipeline import Input, pipeline


@pipeline(inputs={"flights": Input("flights", new_only=True)}, output="out/daily", mode="append")
def daily(flights: DataFrame) -> DataFrame:
    """Flights, mean and worst arrival delay of each day and origin."""
    return flights.groupBy("year", "month", "day", "origin").agg(
        F.count("*").alias("flights"),
        F.round(F.avg("arr_delay"), 2).alias("mean_arr_delay"),
        F.max("arr_delay").alias("worst_arr_delay"),
    )
