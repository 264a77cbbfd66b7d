package dev.holdfast.cli;

import dev.holdfast.cli.http.AdminClient;
import dev.holdfast.cli.http.AdminException;
import dev.holdfast.cli.http.HttpAnswer;
import dev.holdfast.cli.text.Json;
import dev.holdfast.cli.text.JsonObject;
import java.io.IOException;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The management API as commands see it: JSON objects in and out, failures with exit codes. */
final class BrokerApi {
  private final AdminClient client;

  BrokerApi(AdminClient client) {
    this.client = client;
  }

  /** The path of a queue with what follows it, for example {@code queue("orders", "/purge")}. */
  static String queue(String name, String rest) {
    return "/queues/" + AdminClient.segment(name) + rest;
  }

  static String topic(String name, String rest) {
    return "/topics/" + AdminClient.segment(name) + rest;
  }

  /** The path of a subscription by its address, {@code TOPIC::NAME}. */
  static String subscription(String address, String rest) {
    return "/subscriptions/" + AdminClient.segment(address) + rest;
  }

  /** The path that lists subscriptions: of one topic or pattern, or all. */
  static String subscriptions(@Nullable String source) {
    return source == null
        ? "/subscriptions"
        : "/subscriptions?source=" + AdminClient.segment(source);
  }

  /** The path of the dead letters of a queue or subscription. */
  static String deadLetters(String node, String rest) {
    return "/dead-letters/" + AdminClient.segment(node) + rest;
  }

  static String task(long id, String rest) {
    return "/dead-letter-tasks/" + id + rest;
  }

  /** The path of the delayed messages of a queue or topic. */
  static String scheduled(String node, String rest) {
    return "/scheduled/" + AdminClient.segment(node) + rest;
  }

  /** The path of an idempotency key of a queue or topic. */
  static String idempotencyKey(String node, String key) {
    return "/idempotency/" + AdminClient.segment(node) + "/" + AdminClient.segment(key);
  }

  static String user(String name, String rest) {
    return "/users/" + AdminClient.segment(name) + rest;
  }

  JsonObject get(String path) throws CommandFailure {
    return ask("GET", path, "");
  }

  JsonObject post(String path) throws CommandFailure {
    return ask("POST", path, "");
  }

  JsonObject post(String path, Map<String, Object> body) throws CommandFailure {
    return ask("POST", path, Json.compact(body));
  }

  JsonObject put(String path, Map<String, Object> body) throws CommandFailure {
    return ask("PUT", path, Json.compact(body));
  }

  JsonObject patch(String path, Map<String, Object> body) throws CommandFailure {
    return ask("PATCH", path, Json.compact(body));
  }

  JsonObject delete(String path) throws CommandFailure {
    return ask("DELETE", path, "");
  }

  /** The health document, which comes with status 503 when the broker is not ready. */
  JsonObject health() throws CommandFailure {
    HttpAnswer answer = exchange("GET", "/health", "");
    if (answer.isOk() || answer.status() == 503) {
      return read(answer);
    }
    throw refused(answer);
  }

  private JsonObject ask(String method, String path, String body) throws CommandFailure {
    HttpAnswer answer = exchange(method, path, body);
    if (answer.isOk()) {
      return read(answer);
    }
    throw refused(answer);
  }

  private HttpAnswer exchange(String method, String path, String body) throws CommandFailure {
    try {
      return client.exchange(method, path, body);
    } catch (AdminException e) {
      String message = String.valueOf(e.getMessage());
      throw switch (e.reason()) {
        case UNREACHABLE -> new CommandFailure(ExitCode.UNREACHABLE, "unreachable", message);
        case TIMEOUT -> new CommandFailure(ExitCode.UNREACHABLE, "timeout", message);
        case DENIED -> new CommandFailure(ExitCode.DENIED, "denied", message);
        case BAD_ANSWER -> badAnswer(message);
      };
    }
  }

  private static JsonObject read(HttpAnswer answer) throws CommandFailure {
    try {
      return JsonObject.parse(answer.body());
    } catch (IOException e) {
      throw unreadable(e);
    }
  }

  private static CommandFailure refused(HttpAnswer answer) {
    String code = "http-" + answer.status();
    String message = "the broker answered with HTTP status " + answer.status();
    try {
      JsonObject error = JsonObject.parse(answer.body()).object("error");
      code = error.text("code", code);
      message = error.text("message", message);
    } catch (IOException e) {
      message += " and without a reason (" + e.getMessage() + ")";
    }
    return new CommandFailure(exitCode(answer.status()), code, message);
  }

  private static ExitCode exitCode(int status) {
    return switch (status) {
      case 400 -> ExitCode.USAGE;
      case 401, 403 -> ExitCode.DENIED;
      case 404 -> ExitCode.NOT_FOUND;
      case 409 -> ExitCode.CONFLICT;
      case 503 -> ExitCode.UNHEALTHY;
      default -> ExitCode.FAILED;
    };
  }

  /** An answer that is JSON but not what the API promises. */
  static CommandFailure unreadable(IOException e) {
    return badAnswer("the broker's answer makes no sense: " + e.getMessage());
  }

  private static CommandFailure badAnswer(String message) {
    return new CommandFailure(ExitCode.FAILED, "bad-answer", message);
  }
}
