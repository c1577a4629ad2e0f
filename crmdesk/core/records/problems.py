"""Why a row, a cell or a file cannot be taken in, in the words of CRM imports."""

from __future__ import annotations

from enum import StrEnum


class ImportErrorType(StrEnum):
    """The error types of an import; names as HubSpot gives them, so that files compare."""

    INVALID_EMAIL = "INVALID_EMAIL"
    INVALID_DOMAIN = "INVALID_DOMAIN"
    INVALID_ENUMERATION_OPTION = "INVALID_ENUMERATION_OPTION"
    AMBIGUOUS_ENUMERATION_OPTION = "AMBIGUOUS_ENUMERATION_OPTION"
    COULD_NOT_PARSE_DATE = "COULD_NOT_PARSE_DATE"
    COULD_NOT_PARSE_NUMBER = "COULD_NOT_PARSE_NUMBER"
    COULD_NOT_PARSE_ROW = "COULD_NOT_PARSE_ROW"
    COULD_NOT_FIND_OWNER = "COULD_NOT_FIND_OWNER"
    MULTIPLE_OWNERS_FOUND = "MULTIPLE_OWNERS_FOUND"
    INCORRECT_NUMBER_OF_COLUMNS = "INCORRECT_NUMBER_OF_COLUMNS"
    INVALID_RECORD_ID = "INVALID_RECORD_ID"
    INVALID_OBJECT_ID = "INVALID_OBJECT_ID"
    DUPLICATE_RECORD_ID = "DUPLICATE_RECORD_ID"
    DUPLICATE_ROW_CONTENT = "DUPLICATE_ROW_CONTENT"
    DUPLICATE_UNIQUE_PROPERTY_VALUE = "DUPLICATE_UNIQUE_PROPERTY_VALUE"
    DUPLICATE_ALTERNATE_ID = "DUPLICATE_ALTERNATE_ID"
    MISSING_REQUIRED_PROPERTY = "MISSING_REQUIRED_PROPERTY"
    PROPERTY_DEFINITION_NOT_FOUND = "PROPERTY_DEFINITION_NOT_FOUND"
    MISSING_OBJECT_DEFINITION = "MISSING_OBJECT_DEFINITION"
    INVALID_CUSTOM_PROPERTY_VALIDATION = "INVALID_CUSTOM_PROPERTY_VALIDATION"
    FAILED_VALIDATION = "FAILED_VALIDATION"
    CREATE_ONLY_IMPORT = "CREATE_ONLY_IMPORT"
    UPDATE_ONLY_IMPORT = "UPDATE_ONLY_IMPORT"
    GDPR_BLACKLISTED_EMAIL = "GDPR_BLACKLISTED_EMAIL"
    LIMIT_EXCEEDED = "LIMIT_EXCEEDED"
    ASSOCIATION_LABEL_NOT_FOUND = "ASSOCIATION_LABEL_NOT_FOUND"
    ASSOCIATION_RECORD_NOT_FOUND = "ASSOCIATION_RECORD_NOT_FOUND"
    ASSOCIATION_RECORD_AMBIGUOUS = "ASSOCIATION_RECORD_AMBIGUOUS"
    INVALID_FILE_TYPE = "INVALID_FILE_TYPE"
    INVALID_SHEET_COUNT = "INVALID_SHEET_COUNT"
    MANY_ERRORS_IN_ROW = "MANY_ERRORS_IN_ROW"
    COLUMN_TOO_LARGE = "COLUMN_TOO_LARGE"
    ROW_DATA_TOO_LARGE = "ROW_DATA_TOO_LARGE"
    MULTIPLE_COMPANIES_WITH_THIS_DOMAIN = "MULTIPLE_COMPANIES_WITH_THIS_DOMAIN"
    SECONDARY_EMAIL_WRITE_FAILURE = "SECONDARY_EMAIL_WRITE_FAILURE"
    UNKNOWN_ERROR = "UNKNOWN_ERROR"


class ValueProblem(Exception):
    """One value cannot be read as its property asks.

    The message never repeats the value: it may be sensitive, and the error file carries the
    original cell beside it where that is allowed.
    """

    def __init__(self, error_type: ImportErrorType, message: str) -> None:
        super().__init__(message)
        self.error_type = error_type
        self.message = message

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, ValueProblem):
            return NotImplemented
        return (self.error_type, self.message) == (other.error_type, other.message)

    def __hash__(self) -> int:
        return hash((self.error_type, self.message))
