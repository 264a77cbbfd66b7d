package dev.holdfast.it.access;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.holdfast.it.access.Attempt.Kind;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;

/** Tries things with the HTTP API. */
final class ApiAttempts {
  private final InetSocketAddress address;

  ApiAttempts(InetSocketAddress address) {
    this.address = address;
  }

  /**
   * Tries it.
   *
   * @param attempt what
   * @return {@link Callers#ALLOWED}, {@link Callers#DENIED}, or what else was answered
   * @throws IOException when there is no answer
   */
  String attempt(Attempt attempt) throws IOException {
    String answer = answer(request(attempt));
    return answer.startsWith("HTTP/1.1 20") ? Callers.ALLOWED : denied(answer);
  }

  /**
   * Asks whatever it is.
   *
   * @param asked a method, a path and, when there is one, a body, with blanks between
   * @return {@link Callers#ALLOWED} when what was asked was looked at
   * @throws IOException when there is no answer
   */
  String ask(String asked) throws IOException {
    String answer = answer(asked);
    boolean lookedAt = answer.matches("(?s)HTTP/1.1 (20.|400|404|409) .*");
    return lookedAt ? Callers.ALLOWED : denied(answer);
  }

  private static String denied(String answer) {
    boolean refused = answer.startsWith("HTTP/1.1 403") && answer.contains("decision D-");
    return refused ? Callers.DENIED : answer;
  }

  private String answer(String asked) throws IOException {
    String[] request = asked.split(" ", 3);
    return call(request[0], request[1], request.length > 2 ? request[2] : "");
  }

  /** Method, path and, when there is one, a body, with blanks between. */
  static String request(Attempt attempt) {
    String name = attempt.name();
    String node =
        switch (attempt.kind()) {
          case QUEUE -> "/queues/" + name;
          case TOPIC -> "/topics/" + name;
          case SUBSCRIPTION -> "/subscriptions/" + name + "%3A%3As";
          case DEAD_LETTERS -> "/dead-letters/" + name;
        };
    return switch (attempt.operation()) {
      case "send" -> "POST " + node + "/messages {\"body\":{\"text\":\"x\"}}";
      case "receive" -> "POST " + node + "/receive";
      case "browse" -> "GET " + node + "/messages";
      case "delete" -> "DELETE " + node;
      case "create" ->
          switch (attempt.kind()) {
            case QUEUE -> "POST /queues {\"name\":\"" + name + "\"}";
            case TOPIC -> "POST /topics {\"name\":\"" + name + "\"}";
            default -> "POST /subscriptions {\"source\":\"" + name + "\",\"name\":\"s\"}";
          };
      case "purge" ->
          attempt.kind() == Kind.DEAD_LETTERS
              ? "POST " + node + "/tasks {\"action\":\"drop\"}"
              : "POST " + node + "/purge";
      case "move" ->
          attempt.kind() == Kind.DEAD_LETTERS
              ? "POST " + node + "/tasks {\"action\":\"redrive\"}"
              : "POST " + node + "/tasks {\"action\":\"move\",\"to\":\"sink\"}";
      case "inspect" -> "GET " + node + (attempt.kind() == Kind.DEAD_LETTERS ? "/summary" : "");
      case "configure" ->
          switch (attempt.kind()) {
            case QUEUE -> "PATCH " + node + " {\"maxMessages\":100}";
            case TOPIC -> "POST " + node + "/pause {\"sending\":true}";
            default -> "POST " + node + "/seek {\"start\":\"earliest\"}";
          };
      default -> throw new IllegalArgumentException(attempt.toString());
    };
  }

  private String call(String method, String path, String json) throws IOException {
    try (Socket socket = new Socket(address.getAddress(), address.getPort())) {
      String request =
          "%s /api/v1%s HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: %d\r\n\r\n%s"
              .formatted(method, path, json.length(), json);
      socket.getOutputStream().write(request.getBytes(UTF_8));
      return new String(socket.getInputStream().readAllBytes(), UTF_8);
    }
  }
}
