package dev.holdfast.it.access;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What the management API can be asked besides {@link Attempt}s, by the right that it takes. */
final class ApiVerbs {
  static final String QUEUE = "verbs.q";

  /**
   * Requests by operation and resource; whatever is answered but a denial shows that it is there.
   */
  static final Map<String, List<String>> BY_RIGHT = new TreeMap<>();

  /** Requests that no single right decides, and the test that says who gets what. */
  static final Map<String, String> BY_OTHERS =
      Map.ofEntries(
          Map.entry("GET /status", "everybody, less for some: AdminServerTest"),
          Map.entry("GET /health", "everybody, less for some: HealthApiTest"),
          Map.entry("POST /tokens/self", "everybody, for less than he has: TokenTest"),
          Map.entry("GET /queues", "what one may inspect: OwnerLoopTest"),
          Map.entry("GET /topics", "what one may inspect: TopicAccessTest"),
          Map.entry("GET /subscriptions", "what one may inspect: TopicAccessTest"),
          Map.entry("GET /templates", "what one may inspect: QueueTemplatesTest"),
          Map.entry("PUT /templates/{name}", "of its prefix: QueueTemplatesTest"),
          Map.entry("DELETE /templates/{name}", "of its prefix: QueueTemplatesTest"),
          Map.entry("GET /idempotency", "what one may inspect: IdempotencyTest"),
          Map.entry("GET /dead-letter-tasks", "what one may inspect: DeadLetterTaskTest"),
          Map.entry("GET /dead-letter-tasks/{id}", "of its node: DeadLetterTaskTest"),
          Map.entry("POST /dead-letter-tasks/{id}/pause", "of its node: DeadLetterTaskTest"),
          Map.entry("POST /dead-letter-tasks/{id}/resume", "of its node: DeadLetterTaskTest"),
          Map.entry("POST /dead-letter-tasks/{id}/cancel", "of its node: DeadLetterTaskTest"));

  static {
    BY_RIGHT.put(
        "inspect broker", List.of("GET /connections", "GET /connections/c-1", "GET /config"));
    BY_RIGHT.put(
        "manage broker",
        List.of(
            "POST /connections/c-1/close {}",
            "GET /doctor",
            "GET /audit",
            "GET /audit/status",
            "GET /acl",
            "POST /acl/grant {}",
            "POST /acl/revoke {}",
            "POST /acl/reload",
            "POST /acl/explain {}",
            "POST /acl/check {}",
            "POST /acl/test {}",
            "GET /signals",
            "PUT /signals/night {}",
            "GET /tokens",
            "POST /tokens {}",
            "DELETE /tokens/nobody",
            "GET /users",
            "POST /users {}",
            "DELETE /users/nobody",
            "POST /users/nobody/enable",
            "POST /users/nobody/disable",
            "PUT /users/nobody/password {}",
            "POST /broker/drain {\"enabled\":false}",
            "POST /broker/read-only {\"enabled\":false}",
            "POST /config/reload"));
    String queue = "/queues/" + QUEUE;
    BY_RIGHT.put(
        "browse queue:" + QUEUE,
        List.of("GET " + queue + "/messages/1", "GET /scheduled/" + QUEUE));
    BY_RIGHT.put(
        "configure queue:" + QUEUE,
        List.of("POST " + queue + "/pause {}", "POST " + queue + "/resume {}"));
    BY_RIGHT.put(
        "purge queue:" + QUEUE,
        List.of(
            "POST " + queue + "/tasks {\"action\":\"delete\"}",
            "POST " + queue + "/count {\"action\":\"delete\"}",
            "DELETE /scheduled/" + QUEUE + "/1",
            "DELETE /idempotency/" + QUEUE + "/k"));
    BY_RIGHT.put("inspect queue:" + QUEUE, List.of("GET /idempotency/" + QUEUE + "/k"));
    BY_RIGHT.put(
        "configure topic:verbs.t",
        List.of("PATCH /topics/verbs.t {\"retentionMs\":0}", "POST /topics/verbs.t/resume {}"));
    BY_RIGHT.put(
        "configure sub:verbs.t/s", List.of("PATCH /subscriptions/verbs.t%3A%3As {\"where\":\"\"}"));
    String dead = "/dead-letters/" + QUEUE;
    BY_RIGHT.put("browse dlq:" + QUEUE, List.of("GET " + dead + "/messages/1"));
    BY_RIGHT.put("purge dlq:" + QUEUE, List.of("POST " + dead + "/count {\"action\":\"drop\"}"));
    BY_RIGHT.put("move dlq:" + QUEUE, List.of("POST " + dead + "/messages/1/redrive {}"));
  }

  private ApiVerbs() {}

  /**
   * What the API offers and nothing here tries.
   *
   * @param description of the API, in OpenAPI
   * @param attempts that are tried elsewhere, as {@code METHOD /path}
   * @return methods and paths
   * @throws IOException when it cannot be read
   */
  static List<String> untried(Path description, List<String> attempts) throws IOException {
    List<String> tried = new ArrayList<>(attempts);
    BY_RIGHT.values().forEach(tried::addAll);
    List<String> untried = new ArrayList<>();
    for (String route : routes(description)) {
      Pattern pattern = Pattern.compile(route.replaceAll("\\{[a-z]+}", "[^/ ]+") + "( .*)?");
      boolean known = BY_OTHERS.containsKey(route);
      if (!known && tried.stream().noneMatch(each -> pattern.matcher(each).matches())) {
        untried.add(route);
      }
    }
    return untried;
  }

  private static List<String> routes(Path description) throws IOException {
    Pattern path = Pattern.compile("  (/\\S+):");
    Pattern method = Pattern.compile("    (get|post|put|patch|delete):");
    List<String> routes = new ArrayList<>();
    String at = "";
    for (String line : Files.readAllLines(description)) {
      Matcher newPath = path.matcher(line);
      Matcher newMethod = method.matcher(line);
      if (newPath.matches()) {
        at = newPath.group(1);
      } else if (newMethod.matches()) {
        routes.add(newMethod.group(1).toUpperCase(java.util.Locale.ROOT) + " " + at);
      }
    }
    return routes;
  }
}
