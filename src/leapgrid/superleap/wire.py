"""What goes over the wire: paths, texts and shapes, shared by the client and the sandbox server.

The sources are the pages of docs.superleap.com and the vendor's public connectors. The models are
tolerant on purpose: every field that an answer may leave out has a default, unknown keys are kept apart
from the ones that are known, and a field of an unexpected type becomes its default instead of an exception.
"""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

# Paths and texts under the same roof: whoever speaks the protocol needs to know this one module only.
from leapgrid.superleap.protocol import *  # noqa: F403  # all of its names are meant
from leapgrid.superleap.protocol import CREATED_MESSAGE


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _text_or_none(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


Text = Annotated[str, BeforeValidator(_text)]
OptionalText = Annotated[str | None, BeforeValidator(_text_or_none)]


class WireModel(BaseModel):
    """Base of all: unknown keys are ignored, values never stand in an exception's text."""

    # Built when first used: most importers want only the paths and texts of this module.
    model_config = ConfigDict(extra="ignore", frozen=True, hide_input_in_errors=True, defer_build=True)


class ValidationErrorItem(WireModel):
    """One entry of `validation_errors`; keys in the order in which the server prints them."""

    object_slug: Text = ""
    field: OptionalText = None
    message: Text = ""
    error_code: Text = ""
    record_index: Any = None
    meta_data: Any = None


class FailureData(WireModel):
    """The `data` of a refusal by a record endpoint."""

    message: Text = ""
    status_code: Any = None
    error_code: Text = ""
    validation_errors: list[ValidationErrorItem] | None = None
    meta_data: Any = None


class Failure(WireModel):
    """A refusal by a record endpoint (`/org/...`)."""

    success: bool = False
    data: FailureData = FailureData()


class CreatedData(WireModel):
    """The `data` of a successful bulk_create: no ids and no count."""

    message: Text = CREATED_MESSAGE


class Created(WireModel):
    """A successful bulk_create."""

    success: bool = True
    data: CreatedData = CreatedData()


class ConnectorError(WireModel):
    """A refusal by a connector endpoint (`/appflow/...`, `/airbyte/...`)."""

    error: Text = ""


class Verified(WireModel):
    """The answer of the verify call, which is not enveloped."""

    status: Text = "ok"


class Condition(WireModel):
    """One comparison of a filter."""

    field: str
    operator: str
    value: Any = None


class PullQuery(WireModel):
    """What to pull; `filter` is `{}`, `{"and": [conditions]}` or that once more nested."""

    fields: list[str] = Field(default_factory=list)
    filter: dict[str, Any] = Field(default_factory=dict)


class PullRequest(WireModel):
    """Body of the connector pull."""

    query: PullQuery = PullQuery()
    next_token: str | None = None


class PulledData(WireModel):
    """The `data` of a connector pull; `records` may be null, the token null, empty or the text "None"."""

    records: Annotated[list[Any], BeforeValidator(_list)] = Field(default_factory=list)
    next_token: OptionalText = None


class Pulled(WireModel):
    """A page of the connector pull."""

    success: bool = True
    data: PulledData = PulledData()


class ReadProperties(WireModel):
    """What the connector says about reading a field."""

    is_retrievable: bool = True
    is_nullable: bool = True
    is_queryable: bool = False
    is_timestamp_field_for_incremental_queries: bool = False


class FieldDescription(WireModel):
    """One field of a described object."""

    field_name: str
    data_type: Text = "String"
    data_type_label: Text = ""
    label: Text = ""
    description: Text = ""
    is_primary_key: bool = False
    is_deprecated: bool = False
    read_properties: ReadProperties = ReadProperties()


class ObjectDescription(WireModel):
    """One object of the list, or with `fields` the description of one."""

    entity_identifier: str
    label: Text = ""
    description: Text = ""
    has_nested_entities: bool = False
    is_writable: bool = False
    fields: list[FieldDescription] | None = None
