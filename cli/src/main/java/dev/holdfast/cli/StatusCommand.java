package dev.holdfast.cli;

import dev.holdfast.cli.text.Columns;
import dev.holdfast.cli.text.JsonObject;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;

/** {@code status}: the broker, its store and its totals on one screen. */
@Command(
    name = "status",
    description = "Show version, listeners, store and totals; exit 8 when it is not ready.")
final class StatusCommand implements ApiCommand {
  private final HoldfastCommand root;

  StatusCommand(HoldfastCommand root) {
    this.root = root;
  }

  @Override
  public ExitCode execute() throws CommandFailure, IOException {
    BrokerApi broker = root.broker();
    JsonObject status = broker.get("/status");
    JsonObject health = broker.health();
    boolean ready = health.flag("ready", false);
    Output output = root.output();
    if (output.isTable()) {
      output.text(table(status, health, ready));
    } else {
      Map<Object, Object> both = new LinkedHashMap<>(status.fields());
      both.put("health", health.fields());
      output.json(both);
    }
    return ready ? ExitCode.OK : ExitCode.UNHEALTHY;
  }

  private static String mode(JsonObject mode) throws IOException {
    String reason = mode.text("reason", "");
    String what =
        mode.flag("draining", false)
            ? "draining"
            : mode.flag("readOnly", false) ? "read-only" : "normal";
    return reason.isEmpty() ? what : what + ": " + reason;
  }

  private static String table(JsonObject status, JsonObject health, boolean ready)
      throws IOException {
    Columns columns = new Columns("holdfast", status.text("version"));
    columns.add("ready", ready ? "yes" : "no: " + health.text("reason", "no reason given"));
    for (JsonObject check :
        health.value("checks") == null ? List.<JsonObject>of() : health.objects("checks")) {
      if (!check.text("severity").equals("ok")) {
        columns.add("warning", check.text("message"));
      }
    }
    columns.add("pid", String.valueOf(status.number("pid")));
    columns.add("up", Units.duration(status.number("uptimeSeconds")));
    columns.add("data", status.text("dataDirectory"));
    for (JsonObject listener : status.objects("listeners")) {
      columns.add(listener.text("protocol"), listener.text("address"));
    }
    JsonObject store = status.object("store");
    columns.add(
        "publishing",
        store.flag("publishable", true) ? "yes" : "no: " + store.text("reason", "unknown"));
    columns.add("mode", mode(status.object("mode")));
    columns.add("stored", Units.bytes(store.number("storedBytes", 0)));
    columns.add("disk free", Units.bytes(store.number("freeBytes", 0)));
    JsonObject totals = status.object("totals");
    for (String name : new String[] {"queues", "messages", "unsettled", "connections"}) {
      columns.add(name, String.valueOf(totals.number(name, 0)));
    }
    JsonObject you = status.object("you");
    String roles = String.join(", ", you.texts("roles"));
    columns.add("you", you.text("principal", "?") + (roles.isEmpty() ? "" : " (" + roles + ')'));
    return columns.render();
  }
}
