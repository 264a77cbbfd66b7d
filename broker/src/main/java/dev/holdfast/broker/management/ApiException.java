package dev.holdfast.broker.management;

import dev.holdfast.broker.domain.NodeError;
import dev.holdfast.broker.identity.UserException;
import dev.holdfast.broker.identity.token.TokenException;

/** An error answer of the API: a stable code and one sentence for the caller. */
final class ApiException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final Code code;

  /** Codes of docs/openapi.yaml, each with its HTTP status. */
  enum Code {
    INVALID("invalid", 400),
    UNAUTHENTICATED("unauthenticated", 401),
    UNAUTHORIZED("unauthorized", 403),
    NOT_FOUND("not-found", 404),
    METHOD_NOT_ALLOWED("method-not-allowed", 405),
    CONFLICT("conflict", 409),
    TOO_LARGE("too-large", 413),
    INTERNAL("internal", 500),
    UNAVAILABLE("unavailable", 503),
    RESOURCE_LIMIT_EXCEEDED("resource-limit-exceeded", 507);

    private final String text;
    private final int status;

    Code(String text, int status) {
      this.text = text;
      this.status = status;
    }

    String text() {
      return text;
    }

    int status() {
      return status;
    }
  }

  ApiException(Code code, String message) {
    super(message, null, false, false);
    this.code = code;
  }

  Code code() {
    return code;
  }

  String text() {
    String message = getMessage();
    return message == null ? code.text() : message;
  }

  static ApiException of(NodeError error) {
    Code code =
        switch (error.code()) {
          case NOT_FOUND, DELETED -> Code.NOT_FOUND;
          case UNAUTHORIZED -> Code.UNAUTHORIZED;
          case RESOURCE_LIMIT_EXCEEDED -> Code.RESOURCE_LIMIT_EXCEEDED;
          case CONFLICT,
              LOCKED,
              NOT_ALLOWED,
              PRECONDITION_FAILED,
              DUPLICATE,
              UNKNOWN_TRANSACTION,
              TRANSACTION_ROLLBACK,
              TRANSACTION_TIMEOUT ->
              Code.CONFLICT;
          case INVALID, NOT_IMPLEMENTED -> Code.INVALID;
          case MESSAGE_TOO_LARGE -> Code.TOO_LARGE;
          case FORCED -> Code.UNAVAILABLE;
          case INTERNAL -> Code.INTERNAL;
        };
    return new ApiException(code, error.description());
  }

  static ApiException of(TokenException error) {
    Code code = error.code() == TokenException.Code.REQUEST ? Code.INVALID : Code.INTERNAL;
    String message = error.getMessage();
    return new ApiException(code, message == null ? code.text() : message);
  }

  static ApiException of(UserException error) {
    Code code =
        switch (error.reason()) {
          case CONFLICT -> Code.CONFLICT;
          case NOT_FOUND -> Code.NOT_FOUND;
          case INVALID -> Code.INVALID;
          case PERMISSIONS, CORRUPT, IO -> Code.INTERNAL;
        };
    String message = error.getMessage();
    return new ApiException(code, message == null ? code.text() : message);
  }
}
