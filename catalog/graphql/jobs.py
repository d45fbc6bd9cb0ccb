"""Jobs in the background, as the API shows them."""

from __future__ import annotations

from typing import Any

from graphene import ID, Field, Float, List, NonNull, ObjectType, String

from catalog.access import jobs
from catalog.graphql.enums import JobState
from catalog.graphql.scalars import DateTime, Long


class JobCounts(ObjectType):
    """How many sources a crawl has found so far, by what it made of them."""

    new = Long(description="Found for the first time.")
    changed = Long(description="Changed in schema or content.")
    unchanged = Long(description="As they were.")
    failed = Long(description="Could not be read.")
    gone = Long(description="No longer there.")


class JobProgress(ObjectType):
    """How far a job is."""

    datasets = Long(description="Data sets that are done.")
    rows = Long(description="Rows that were read.")
    files = Long(description="Files of those data sets.")
    bytes = Long(description="Bytes that were read.")
    bytes_found = Long(
        description="Bytes of the files that are to be read, as far as they are listed."
    )
    current = String(description="The data set that was done last.")


class Job(ObjectType):
    """Work that was asked for and goes on after the answer."""

    id = ID(required=True, description="What to ask for with `job(id:)`.")
    state = Field(JobState, description="How it stands.")
    uris = List(NonNull(String), description="What is crawled.")
    created_at = DateTime(description="When it was asked for.")
    started_at = DateTime(description="When it started; null while it waits.")
    ended_at = DateTime(description="When it ended; null while it goes on.")
    error = String(description="Why it failed; null when it did not.")
    counts = Field(JobCounts, description="What it has done so far.")
    progress = Field(JobProgress, description="How far it is; null before it has begun.")
    bytes_read = Long(description="Bytes of content that it has read.")
    bytes_per_second = Float(description="How fast it has read; null before it has read anything.")
    seconds_left = Float(
        description="How long what is listed takes at that pace; null when that is not known."
    )

    @staticmethod
    def resolve_bytes_per_second(job: jobs.Job, _info: Any) -> float | None:
        return job.bytes_per_second()

    @staticmethod
    def resolve_seconds_left(job: jobs.Job, _info: Any) -> float | None:
        return job.seconds_left()

    @staticmethod
    def resolve_counts(job: jobs.Job, _info: Any) -> dict[str, int]:
        return {status.lower(): count for status, count in job.counts.items()}
