"""OpenLineage run events (https://openlineage.io/spec/2-0-2/OpenLineage.json), out and in.

Events are plain dictionaries, ready for JSON.
"""

from catalog.openlineage.emit import PRODUCER, ColumnLineage, Event, Port, RunFacts, run_event
from catalog.openlineage.ingest import ingest

__all__ = ["PRODUCER", "ColumnLineage", "Event", "Port", "RunFacts", "ingest", "run_event"]
