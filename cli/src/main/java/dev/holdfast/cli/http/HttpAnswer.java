package dev.holdfast.cli.http;

/**
 * What the server said.
 *
 * @param status HTTP status code
 * @param body whole body, transfer encoding removed
 */
@SuppressWarnings("ArrayRecordComponent")
public record HttpAnswer(int status, byte[] body) {
  private static final int FIRST_OK = 200;
  private static final int FIRST_REDIRECT = 300;

  /** Status 2xx. */
  public boolean isOk() {
    return status >= FIRST_OK && status < FIRST_REDIRECT;
  }
}
