package dev.holdfast.it.harness;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;

/** The shipped command line, pointed at one broker. */
public final class Cli {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final String url;
  private final Api api;

  Cli(Path adminSocket) {
    this.url = "unix://" + adminSocket;
    this.api = new Api(adminSocket);
  }

  /**
   * Runs a command.
   *
   * @param arguments after the options that name the broker
   * @return what it printed and its exit code
   */
  public Command.Result run(String... arguments) {
    return runWith("", arguments);
  }

  /**
   * Runs a command with text on its standard input.
   *
   * @param input the text
   * @param arguments after the options that name the broker
   * @return what it printed and its exit code
   */
  public Command.Result runWith(String input, String... arguments) {
    List<String> command = new ArrayList<>();
    command.add(Environment.launcher().toString());
    command.add("--url");
    command.add(url);
    command.addAll(List.of(arguments));
    return Command.run(command, input.getBytes(StandardCharsets.UTF_8), Map.of(), Path.of("."));
  }

  /**
   * Runs a command that must succeed.
   *
   * @param arguments after the options that name the broker
   * @return its standard output
   */
  public String ok(String... arguments) {
    Command.Result result = run(arguments);
    assertThat(result.exitCode())
        .as("holdfast %s: %s", String.join(" ", arguments), result.all())
        .isZero();
    return result.out();
  }

  /**
   * Runs a command that must succeed and answer in JSON.
   *
   * @param arguments after the options that name the broker and the format
   * @return the document
   */
  public JsonNode json(String... arguments) {
    List<String> all = new ArrayList<>(List.of("-o", "json"));
    all.addAll(List.of(arguments));
    return parse(ok(all.toArray(String[]::new)));
  }

  /**
   * What {@code queue info} says; asked without it, since tests ask often and a process takes time.
   *
   * @param queue its name
   * @return the document
   */
  public JsonNode queue(String queue) {
    return api.call("GET", "/queues/" + URLEncoder.encode(queue, StandardCharsets.UTF_8), "");
  }

  /**
   * Messages a queue holds.
   *
   * @param queue its name
   * @return the count
   */
  public long messages(String queue) {
    return queue(queue).get("messages").asLong();
  }

  /**
   * Waits until a queue holds so many messages: what a client has settled is not committed yet when
   * the client ends.
   *
   * @param queue its name
   * @param count the messages
   */
  public void awaitMessages(String queue, long count) {
    Awaitility.await(queue)
        .pollDelay(Duration.ZERO)
        .untilAsserted(() -> assertThat(messages(queue)).as(queue).isEqualTo(count));
  }

  /**
   * Reads a JSON document.
   *
   * @param text the document
   * @return it
   */
  public static JsonNode parse(String text) {
    try {
      return JSON.readTree(text);
    } catch (JsonProcessingException e) {
      throw new AssertionError("not JSON: " + text, e);
    }
  }
}
