"""How late will a flight arrive? Trains a model and saves it as a source of the catalog.

headwater run sample_data/pipelines/delay_model.py --param alpha=0.1
headwater run sample_data/pipelines/delay_model.py --grid alpha=0,0.1,1 --grid mix=0,1 --maximize r2
headwater show delay_model
"""

from pyspark.ml import Pipeline, PipelineModel
from pyspark.ml.evaluation import RegressionEvaluator
from pyspark.ml.feature import VectorAssembler
from pyspark.ml.regression import LinearRegression
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from connectors.spark.pipeline import log_metric, pipeline

FEATURES = ["dep_delay", "distance", "hour"]


@pipeline(inputs={"flights": "flights"}, output="out/delay_model")
def delay_model(flights: DataFrame, *, alpha: float = 0.1, mix: float = 0.0) -> PipelineModel:
    """A linear model of the arrival delay, tried on the days that it has not seen."""
    known = flights.select("day", "arr_delay", *FEATURES).dropna()
    seen = known.where(F.col("day") % 5 != 0)
    model = Pipeline(
        stages=[
            VectorAssembler(inputCols=FEATURES, outputCol="features"),
            LinearRegression(labelCol="arr_delay", regParam=alpha, elasticNetParam=mix),
        ]
    ).fit(seen)
    predicted = model.transform(known.where(F.col("day") % 5 == 0)).cache()
    for metric in ("r2", "rmse"):
        evaluator = RegressionEvaluator(labelCol="arr_delay", metricName=metric)
        log_metric(metric, evaluator.evaluate(predicted))
    predicted.unpersist()
    return model
