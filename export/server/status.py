"""What a request is answered with when it isn't answered."""

import grpc
import tensorflow as tf

StatusCode = grpc.StatusCode

HTTP_STATUS = {
    StatusCode.OK: 200,
    StatusCode.CANCELLED: 499,
    StatusCode.UNKNOWN: 500,
    StatusCode.INVALID_ARGUMENT: 400,
    StatusCode.DEADLINE_EXCEEDED: 504,
    StatusCode.NOT_FOUND: 404,
    StatusCode.ALREADY_EXISTS: 409,
    StatusCode.PERMISSION_DENIED: 403,
    StatusCode.RESOURCE_EXHAUSTED: 429,
    StatusCode.FAILED_PRECONDITION: 400,
    StatusCode.ABORTED: 409,
    StatusCode.OUT_OF_RANGE: 400,
    StatusCode.UNIMPLEMENTED: 501,
    StatusCode.INTERNAL: 500,
    StatusCode.UNAVAILABLE: 503,
    StatusCode.DATA_LOSS: 500,
    StatusCode.UNAUTHENTICATED: 401,
}

_BY_NUMBER = {code.value[0]: code for code in StatusCode}


class StatusError(Exception):
    """Ends one request; both interfaces say why in their own form."""

    def __init__(self, code: grpc.StatusCode, message: str):
        super().__init__(message)
        self.code = code
        self.message = message


def invalid(message: str) -> StatusError:
    """The error of a request that can't be right at any time."""
    return StatusError(StatusCode.INVALID_ARGUMENT, message)


def not_found(message: str) -> StatusError:
    """The error of a model or version that isn't there."""
    return StatusError(StatusCode.NOT_FOUND, message)


def of_exception(error: Exception) -> StatusError:
    """The status of anything that a model's files or graph raised."""
    if isinstance(error, StatusError):
        return error
    if isinstance(error, tf.errors.OpError):
        code = _BY_NUMBER.get(error.error_code, StatusCode.UNKNOWN)
        return StatusError(code, error.message)
    text = f"{type(error).__name__}: {error}"
    if isinstance(error, OSError):
        return StatusError(StatusCode.NOT_FOUND, text)
    return StatusError(StatusCode.INTERNAL, text)
