package dev.holdfast.broker.management;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/**
 * One operation of the API.
 *
 * @param method of HTTP
 * @param path as in docs/openapi.yaml; {@code {name}} stands for any one segment
 * @param maxBodyBytes of the request
 * @param handler does it
 */
record Route(String method, String path, int maxBodyBytes, Handler handler) {

  /** Answers a request; may throw {@link ApiException}, or complete exceptionally with it. */
  interface Handler {
    CompletionStage<ApiAnswer> handle(ApiRequest request);
  }

  /** Whether a record has to be on disk before it happens: it changes something or shows bodies. */
  boolean recorded() {
    return !method.equals("GET") || showsMessages();
  }

  /** Whether it hands out messages. */
  boolean showsMessages() {
    boolean read = path.contains("/messages") || path.contains("/scheduled/");
    return (method.equals("GET") && read) || path.endsWith("/receive");
  }

  /** The variable segments when the path fits. */
  Optional<List<String>> match(List<String> segments) {
    String[] pattern = path.substring(1).split("/");
    if (pattern.length != segments.size()) {
      return Optional.empty();
    }
    List<String> variables = new ArrayList<>();
    for (int i = 0; i < pattern.length; i++) {
      if (pattern[i].startsWith("{")) {
        variables.add(segments.get(i));
      } else if (!pattern[i].equals(segments.get(i))) {
        return Optional.empty();
      }
    }
    return Optional.of(variables);
  }
}
