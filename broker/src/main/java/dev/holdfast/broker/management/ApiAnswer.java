package dev.holdfast.broker.management;

import com.fasterxml.jackson.databind.JsonNode;

/**
 * An answer: a status and a JSON body.
 *
 * @param status of HTTP
 * @param body encoded
 */
record ApiAnswer(int status, byte[] body) {

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
