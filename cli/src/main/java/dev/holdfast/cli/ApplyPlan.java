package dev.holdfast.cli;

import dev.holdfast.cli.text.JsonObject;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What has to happen so that a broker has the nodes that a document declares. */
final class ApplyPlan {
  private static final List<String> QUEUE_SETTINGS =
      List.of(
          "maxMessageBytes",
          "maxDeliveries",
          "retryInitialMs",
          "retryMultiplier",
          "retryMaxMs",
          "retryJitter",
          "lockTimeoutMs",
          "deadLetterTo",
          "ttlMs",
          "maxTtlMs",
          "dropExpired",
          "autoDeleteMs",
          "maxMessages",
          "maxBytes",
          "overflow",
          "idempotencyWindowMs",
          "idempotencyByMessageId");

  private static final Set<String> TOPIC_SETTINGS =
      Set.of(
          "maxMessageBytes",
          "maxDeliveries",
          "retentionMs",
          "retentionBytes",
          "idempotencyWindowMs",
          "idempotencyByMessageId");

  private final BrokerApi broker;
  private final List<Step> steps = new ArrayList<>();
  private int unchanged;

  /** Kinds of nodes, in the order in which they are made. */
  enum Kind {
    QUEUE("queue"),
    TOPIC("topic"),
    SUBSCRIPTION("subscription");

    final String word;

    Kind(String word) {
      this.word = word;
    }

    String plural() {
      return word + 's';
    }

    /** What is chosen when it is made, for ever. */
    List<String> fixed() {
      return switch (this) {
        case QUEUE -> List.of("singleActiveConsumer", "prioritised");
        case TOPIC -> List.of();
        case SUBSCRIPTION -> List.of("source", "shared");
      };
    }

    boolean knows(String field) {
      boolean special =
          switch (this) {
            case QUEUE -> QUEUE_SETTINGS.contains(field);
            case TOPIC -> TOPIC_SETTINGS.contains(field);
            case SUBSCRIPTION -> field.equals("where") || field.equals("start");
          };
      return special || fixed().contains(field);
    }
  }

  /**
   * One thing to do.
   *
   * @param action {@code create}, {@code change} or {@code delete}
   * @param name of the node; of a subscription its address
   * @param from what the fields are; empty: the node is not there
   * @param to what they shall be
   * @param messages that are lost by it
   */
  record Step(
      String action,
      Kind kind,
      String name,
      Map<String, Object> from,
      Map<String, Object> to,
      long messages) {

    String line() {
      StringBuilder line = new StringBuilder();
      line.append(action.equals("create") ? "+ " : action.equals("delete") ? "- " : "~ ");
      line.append(kind.word).append(' ').append(name);
      if (action.equals("delete")) {
        return line.append(" (").append(messages).append(" messages)").toString();
      }
      to.forEach(
          (field, value) -> {
            line.append(' ').append(field).append('=').append(value);
            if (from.containsKey(field)) {
              line.append(" (was ").append(from.get(field)).append(')');
            }
          });
      return line.toString();
    }

    Map<String, Object> json() {
      Map<String, Object> json = new LinkedHashMap<>();
      json.put("action", action);
      json.put("kind", kind.word);
      json.put("name", name);
      json.put("from", from);
      json.put("to", to);
      json.put("messages", messages);
      return json;
    }
  }

  ApplyPlan(BrokerApi broker) {
    this.broker = broker;
  }

  List<Step> steps() {
    return steps;
  }

  int unchanged() {
    return unchanged;
  }

  /**
   * Compares.
   *
   * @param prune whether nodes that are not declared are to go, of the kinds that are
   */
  void compare(JsonObject document, boolean prune) throws CommandFailure, IOException {
    List<Step> deletions = new ArrayList<>();
    for (Object key : document.fields().keySet()) {
      if (Arrays.stream(Kind.values()).noneMatch(kind -> kind.plural().equals(key))) {
        throw usage("there is no kind " + key + "; there are queues, topics and subscriptions");
      }
    }
    for (Kind kind : Kind.values()) {
      if (document.value(kind.plural()) == null) {
        continue;
      }
      Map<String, JsonObject> there = there(kind);
      Set<String> declared = new HashSet<>();
      for (JsonObject wanted : document.objects(kind.plural())) {
        String name = name(kind, wanted);
        if (!declared.add(name)) {
          throw usage(kind.word + " " + name + " is declared twice");
        }
        compare(kind, name, wanted, there.get(name));
      }
      if (prune) {
        for (Map.Entry<String, JsonObject> each : there.entrySet()) {
          if (!declared.contains(each.getKey()) && !passing(each)) {
            long messages = each.getValue().number("messages", 0);
            deletions.add(0, new Step("delete", kind, each.getKey(), Map.of(), Map.of(), messages));
          }
        }
      }
    }
    // What others refer to comes first, and goes last.
    steps.sort(
        Comparator.comparing(Step::kind)
            .thenComparing(step -> step.action().equals("change"))
            .thenComparing(step -> step.to().containsKey("deadLetterTo")));
    deletions.sort(Comparator.comparing(Step::kind).reversed());
    steps.addAll(deletions);
  }

  /** Nodes that clients have for a while, and those of the broker itself, are not declared. */
  private static boolean passing(Map.Entry<String, JsonObject> node) throws IOException {
    return node.getKey().startsWith("$") || !node.getValue().flag("durable", true);
  }

  private static String name(Kind kind, JsonObject wanted) throws IOException, CommandFailure {
    for (Object field : wanted.fields().keySet()) {
      String word = String.valueOf(field);
      // What a list shows beside the settings is no mistake.
      if (!word.equals("name") && !kind.knows(word) && !ApplyCommand.SHOWN.contains(word)) {
        throw usage("a " + kind.word + " has no field " + word);
      }
    }
    String name = wanted.text("name");
    boolean address = kind == Kind.SUBSCRIPTION && !name.contains("::");
    return address ? wanted.text("source") + "::" + name : name;
  }

  private Map<String, JsonObject> there(Kind kind) throws CommandFailure, IOException {
    Map<String, JsonObject> there = new LinkedHashMap<>();
    for (JsonObject node : broker.get('/' + kind.plural()).objects(kind.plural())) {
      String name = node.text("name");
      boolean address = kind == Kind.SUBSCRIPTION && !name.contains("::");
      there.put(address ? node.text("source") + "::" + name : name, node);
    }
    return there;
  }

  private void compare(Kind kind, String name, JsonObject wanted, @Nullable JsonObject now)
      throws CommandFailure {
    Map<String, Object> from = new LinkedHashMap<>();
    Map<String, Object> to = new LinkedHashMap<>();
    for (Map.Entry<?, ?> field : wanted.fields().entrySet()) {
      String word = String.valueOf(field.getKey());
      Object value = field.getValue();
      if (!kind.knows(word) || value == null || (now != null && word.equals("start"))) {
        continue;
      }
      if (now == null) {
        to.put(word, value);
      } else if (!same(now.value(word), value)) {
        if (kind.fixed().contains(word)) {
          throw new CommandFailure(
              ExitCode.CONFLICT,
              "conflict",
              kind.word + ' ' + name + " has another " + word + ", which cannot be changed");
        }
        from.put(word, String.valueOf(now.value(word)));
        to.put(word, value);
      }
    }
    if (now == null) {
      steps.add(new Step("create", kind, name, from, to, 0));
    } else if (to.isEmpty()) {
      unchanged++;
    } else {
      steps.add(new Step("change", kind, name, from, to, 0));
    }
  }

  private static boolean same(@Nullable Object now, Object wanted) {
    return (now instanceof Number a && wanted instanceof Number b)
        ? Double.compare(a.doubleValue(), b.doubleValue()) == 0
        : Objects.equals(now, wanted);
  }

  static CommandFailure usage(String message) {
    return new CommandFailure(ExitCode.USAGE, "usage", message);
  }
}
