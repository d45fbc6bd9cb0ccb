"""The exceptions that Headwater raises, one tree:

HeadwaterError
├── SchemaError            a schema or type cannot be built, encoded or decoded
│   ├── UnsupportedType    a connector target cannot hold a field's type
│   └── SchemaDrift        a source no longer has the schema that a connector was generated for
├── SummaryError           a stored summary cannot be decoded or merged
├── SourceError            a source cannot be reached or read
│   ├── MissingDependency  the package that reads it is not installed
│   └── CorruptData        its bytes are not what its format says
│       └── DecompressionBomb  it unpacks to far more than its size
├── CatalogError           the catalog cannot do what was asked
│   ├── NotFound           no source, version or run of that name
│   ├── Ambiguous          more than one source of that name
│   ├── InvalidInput       a value that was given cannot be used
│   └── NotAllowed         the caller may not do what was asked
└── RunError               a pipeline cannot be loaded or run
    └── ClusterError       the cluster cannot be reached or cannot give what the run asks for

Messages say where, what, and what to do. Faults in data are `Finding` values, not exceptions:
a reader raises only when nothing of an entry can be read.
"""


class HeadwaterError(Exception):
    """Base of every error that Headwater raises on purpose; its text is fit for a user."""


class SchemaError(HeadwaterError):
    """A schema or type cannot be built, encoded or decoded."""


class UnsupportedType(SchemaError):
    """A connector target cannot hold the type of a field; the message names the field."""


class SchemaDrift(SchemaError):
    """A source no longer has the schema that a connector was generated for."""


class SummaryError(HeadwaterError):
    """A stored summary cannot be decoded or merged."""


class SourceError(HeadwaterError):
    """A source cannot be reached or read."""


class MissingDependency(SourceError):
    """The package that reads a source is not installed; the message says what to install."""


class CorruptData(SourceError):
    """The bytes of an entry are not what its format says."""


class DecompressionBomb(CorruptData):
    """An entry unpacks to far more than its size; it was not read on."""


class CatalogError(HeadwaterError):
    """The catalog cannot do what was asked."""


class NotFound(CatalogError):
    """No source, version or run has that id, URI or name."""


class Ambiguous(CatalogError):
    """More than one source has that name; the message lists them."""


class InvalidInput(CatalogError):
    """A value that was given cannot be used."""


class NotAllowed(CatalogError):
    """The caller may not do what was asked."""


class RunError(HeadwaterError):
    """A pipeline cannot be loaded or run."""


class ClusterError(RunError):
    """A cluster cannot be reached, or cannot give what the run asks for."""
