"""Paths, codes, texts and limits of the API, as they are documented or were seen; plain values.

The sources are the pages of docs.superleap.com and the vendor's public connectors.
"""

from __future__ import annotations

# -- paths, in the form that is documented for each call (trailing slashes differ between them) ------------

BULK_CREATE_PATH = "/api/v1/org/objects/{slug}/record/bulk_create"
BULK_UPSERT_PATH = "/api/v1/org/objects/{slug}/record/bulk_upsert"
RECORD_PATH = "/api/v1/org/objects/{slug}/record/{record_id}"
FILTER_PATH = "/api/v1/org/objects/{slug}/filter"
VERIFY_PATH = "/api/v1/appflow/verify/"
OBJECTS_PATH = "/api/v1/appflow/objects/list/"
OBJECT_PATH = "/api/v1/appflow/objects/{slug}"
PULL_PATH = "/api/v1/appflow/objects/{slug}/records/"

CONNECTOR_PREFIXES = ("/api/v1/appflow", "/api/v1/airbyte")
"""Two prefixes, the same four calls under each."""

# -- codes and texts seen in printed answers ---------------------------------------------------------------

VALIDATION_FAILED = "VALIDATION_FAILED"
NOT_FOUND = "NOT_FOUND"
PARSE_INVALID_FORMAT = "PARSE_INVALID_FORMAT"

CREATED_MESSAGE = "records added successfully"
CREATE_FAILED_MESSAGE = "Failed to create records"
UPDATE_FAILED_MESSAGE = "Failed to update record"
GET_FAILED_MESSAGE = "Failed to get record"
BULK_META = "validation failed :"
SINGLE_META = "validation failed"
MISSING_META = "record not found"
EMAIL_MESSAGE = "invalid email format: {value}"
PHONE_MESSAGE = "invalid number"

BAD_QUERY_ERROR = "Invalid query format"
UNAUTHORIZED_ERROR = "Invalid or expired API key"
FORBIDDEN_ERROR = "Forbidden"
SERVER_ERROR = "Internal server error"

# -- limits that are documented or decided ----------------------------------------------------------------

PAGE_RECORDS = 3000
"""The most records on one page of the connector pull (documented)."""

IN_VALUES = 100
"""The most values that we put into one `in` list; the server's own limit is unknown."""

OPERATORS = ("eq", "neq", "gt", "gte", "lt", "lte", "contains", "leq", "in")
"""Operators of the connector pull. `leq` is "equal ignoring case", not "less or equal"."""
