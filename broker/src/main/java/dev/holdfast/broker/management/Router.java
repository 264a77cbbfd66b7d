package dev.holdfast.broker.management;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Finds the operation for a method and path. Immutable. */
final class Router {
  private final List<Route> routes;

  Router(List<Route> routes) {
    this.routes = List.copyOf(routes);
  }

  /** An operation with what its path's variables stand for. */
  record Match(Route route, List<String> variables) {}

  List<Route> routes() {
    return routes;
  }

  /**
   * The operation.
   *
   * @param path as received, percent-encoded
   * @throws ApiException 404, 405 or 400
   */
  Match find(String method, String path) {
    List<String> segments = segments(path);
    List<String> methods = new ArrayList<>();
    for (Route route : routes) {
      Optional<List<String>> variables = route.match(segments);
      if (variables.isPresent()) {
        if (route.method().equals(method)) {
          return new Match(route, variables.get());
        }
        methods.add(route.method());
      }
    }
    if (methods.isEmpty()) {
      throw new ApiException(
          ApiException.Code.NOT_FOUND, "there is nothing at this path; see docs/openapi.yaml");
    }
    throw new ApiException(
        ApiException.Code.METHOD_NOT_ALLOWED, "this path takes " + String.join(", ", methods));
  }

  private static List<String> segments(String path) {
    List<String> segments = new ArrayList<>();
    try {
      for (String segment : path.substring(1).split("/", -1)) {
        // A plus sign means itself in a path; the decoder is one for forms.
        segments.add(URLDecoder.decode(segment.replace("+", "%2B"), StandardCharsets.UTF_8));
      }
      return segments;
    } catch (IllegalArgumentException | StringIndexOutOfBoundsException e) {
      throw new ApiException(
          ApiException.Code.INVALID, "the path is not percent-encoded as it should be");
    }
  }
}
