package dev.holdfast.cli;

import dev.holdfast.cli.text.Escapes;
import dev.holdfast.cli.text.Json;
import dev.holdfast.cli.text.JsonObject;
import java.io.IOException;
import java.util.Base64;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code msg get}: one message, whole. */
@Command(
    name = "get",
    description = "Show one message; changes nothing.",
    footer = {
      "",
      "Examples:",
      "  holdfast msg get orders 42",
      "  holdfast msg get orders 42 --decode",
      "  holdfast msg get orders 42 --body-only > order.json",
    })
final class GetCommand implements ApiCommand {
  private final HoldfastCommand root;

  @Parameters(index = "0", paramLabel = "QUEUE", description = "The queue, or TOPIC::NAME.")
  private String queue = "";

  @Parameters(index = "1", paramLabel = "SEQ", description = "Its sequence, as peek shows it.")
  private long sequence;

  @Option(names = "--body-only", description = "Print the raw body.")
  private boolean bodyOnly;

  @Option(
      names = "--decode",
      description = "Show every AMQP section by name, with the type of what is in it.")
  private boolean decode;

  @Option(names = "--hex", description = "Show all encoded bytes in hexadecimal.")
  private boolean hex;

  GetCommand(HoldfastCommand root) {
    this.root = root;
  }

  @Override
  public ExitCode execute() throws CommandFailure, IOException {
    JsonObject message =
        root.broker()
            .get(BrokerApi.queue(queue, "/messages/" + sequence) + (decode ? "?decoded=true" : ""));
    Output output = root.output();
    MessageView view = new MessageView(message);
    if (bodyOnly) {
      output.bytes(view.body());
    } else if (!output.isTable()) {
      output.json(message.fields());
    } else if (hex) {
      output.text(HexDump.of(sections(message), Integer.MAX_VALUE));
    } else if (decode) {
      output.text(decoded(message));
    } else {
      output.text(view.block());
    }
    return ExitCode.OK;
  }

  private static byte[] sections(JsonObject message) throws IOException {
    try {
      return Base64.getDecoder().decode(message.text("sections"));
    } catch (IllegalArgumentException e) {
      throw new IOException("field \"sections\" is not base64", e);
    }
  }

  private static String decoded(JsonObject message) throws IOException, CommandFailure {
    if (message.value("decoded") == null) {
      throw new CommandFailure(
          ExitCode.FAILED, "undecodable", "its bytes are no AMQP message; --hex shows them");
    }
    StringBuilder out = new StringBuilder();
    for (JsonObject section : message.objects("decoded")) {
      out.append(Escapes.line(section.text("section")))
          .append(" (")
          .append(Escapes.line(section.text("type", "null")))
          .append("): ")
          .append(Escapes.json(Json.compact(section.value("value"))))
          .append('\n');
    }
    return out.toString();
  }
}
