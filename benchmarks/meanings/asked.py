"""What a peer tells of columns; run by the peer's own interpreter, so it imports nothing of ours.

Standard input has a JSON document a line, `[table, {column: [text or null]}]`; each is answered by
a line `[table, {column: label}]`, or the error as a text in place of the labels.
"""

import json
import os
import sys
import tempfile
from pathlib import Path

MOST_ROWS = 1000


def csv_detective(columns):
    import csv

    from csv_detective import routine

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "table.csv"
        with path.open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            writer.writerow(columns)
            writer.writerows(zip(*columns.values(), strict=True))
        found = routine(str(path), num_rows=-1, save_results=False, encoding="utf-8", sep=",")
    return {name: told["format"] for name, told in found["columns"].items()}


def dataprofiler(columns):
    import dataprofiler
    import pandas as pd

    options = dataprofiler.ProfilerOptions()
    options.set({"*.is_enabled": False, "data_labeler.is_enabled": True})
    options.set({"multiprocess.is_enabled": False})
    series = {name: pd.Series(one, dtype=object) for name, one in columns.items()}
    frame = pd.DataFrame(series)
    profile = dataprofiler.Profiler(frame, options=options, samples_per_update=len(frame))
    told = profile.report({"output_format": "compact"})["data_stats"]
    return {one["column_name"]: one.get("data_label") or "" for one in told}


def main():
    answer = {"csv_detective": csv_detective, "dataprofiler": dataprofiler}[sys.argv[1]]
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # what peers print is no answer
    for line in sys.stdin:
        table, columns = json.loads(line)
        cut = {name: values[:MOST_ROWS] for name, values in columns.items()}
        try:
            told = answer(cut)
        except Exception as error:  # noqa: BLE001  whatever a peer fails with is its answer
            told = f"{type(error).__name__}: {error}"
        out.write(json.dumps([table, told], default=str) + "\n")
        out.flush()


if __name__ == "__main__":
    main()
