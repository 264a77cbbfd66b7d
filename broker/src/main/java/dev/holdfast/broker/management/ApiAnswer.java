package dev.holdfast.broker.management;

import com.fasterxml.jackson.databind.JsonNode;

/**
 * An answer: a status and a body, mostly of JSON.
 *
 * @param status of HTTP
 * @param body encoded
 * @param contentType of the body
 */
record ApiAnswer(int status, byte[] body, String contentType) {

  /** One of JSON. */
  ApiAnswer(int status, byte[] body) {
    this(status, body, "application/json");
  }

  static ApiAnswer ok(JsonNode body) {
    return new ApiAnswer(200, Json.bytes(body));
  }

  static ApiAnswer created(JsonNode body) {
    return new ApiAnswer(201, Json.bytes(body));
  }

  static ApiAnswer error(ApiException e) {
    var error = Json.object();
    error.putObject("error").put("code", e.code().text()).put("message", e.text());
    return new ApiAnswer(e.code().status(), Json.bytes(error));
  }
}
