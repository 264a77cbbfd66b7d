package dev.holdfast.broker.management;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.holdfast.broker.amqp.filter.FilterException;
import dev.holdfast.broker.amqp.filter.WireFilter;
import dev.holdfast.broker.domain.DeadLetterFilter;
import dev.holdfast.broker.domain.DeadLetterTask;
import dev.holdfast.broker.domain.DeadLetterTask.Action;
import dev.holdfast.broker.domain.DeadLetterTask.Order;
import dev.holdfast.broker.domain.DeadLetterTask.Progress;
import dev.holdfast.broker.domain.MessageFilter;
import dev.holdfast.deadletter.DeadLetterReason;
import dev.holdfast.deadletter.Redrive;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Filters, orders and tasks of dead letters as the API has them. Any thread. */
final class TaskJson {
  private static final Set<String> FIELDS =
      Set.of(
          "action",
          "reason",
          "where",
          "olderThanMs",
          "fromSequence",
          "toSequence",
          "to",
          "perSecond",
          "maxHops");
  private static final Set<String> QUEUE_FIELDS =
      Set.of("action", "where", "olderThanMs", "fromSequence", "toSequence", "to", "perSecond");
  private static final int MOST_PER_SECOND = 1_000_000;
  private static final int MOST_HOPS = 1_000_000;

  private TaskJson() {}

  /**
   * What somebody wants to be done.
   *
   * @param clock says what is older than so long
   */
  static Order order(String node, byte[] json, InstantSource clock) {
    ObjectNode body = Json.object(json, FIELDS);
    Action action =
        Action.of(Json.text(body, "action"))
            .filter(known -> !known.ofQueue())
            .orElseThrow(() -> Json.invalid("the field action must be redrive or drop"));
    if (action == Action.DROP && (body.hasNonNull("to") || body.hasNonNull("maxHops"))) {
      throw Json.invalid("to and maxHops are for redrive");
    }
    return order(action, node, body, clock);
  }

  /** What somebody wants to be done with the messages of a queue itself. */
  static Order queueOrder(String queue, byte[] json, InstantSource clock) {
    ObjectNode body = Json.object(json, QUEUE_FIELDS);
    Action action =
        Action.of(Json.text(body, "action"))
            .filter(Action::ofQueue)
            .orElseThrow(() -> Json.invalid("the field action must be move, copy or delete"));
    if (action.stores() != body.hasNonNull("to")) {
      throw Json.invalid("to is for move and copy, which need it");
    }
    return order(action, queue, body, clock);
  }

  private static Order order(Action action, String node, ObjectNode body, InstantSource clock) {
    long age = Json.number(body, "olderThanMs", 0, Long.MAX_VALUE, 0);
    Redrive death =
        new Redrive(
            reason(optionalText(body, "reason")),
            age == 0 ? 0 : Math.max(1, clock.millis() - age),
            Json.number(body, "fromSequence", 0, Long.MAX_VALUE, 0),
            Json.number(body, "toSequence", 0, Long.MAX_VALUE, Long.MAX_VALUE));
    return new Order(
        action,
        node,
        filter(death, optionalText(body, "where")),
        body.hasNonNull("to") ? Json.text(body, "to") : "",
        (int) Json.number(body, "perSecond", 0, MOST_PER_SECOND, 0),
        (int) Json.number(body, "maxHops", 0, MOST_HOPS, Redrive.MAX_HOPS));
  }

  private static @Nullable String optionalText(ObjectNode body, String field) {
    return body.hasNonNull(field) ? Json.text(body, field) : null;
  }

  /** The filter in the query of a request. */
  static DeadLetterFilter filter(ApiRequest request, InstantSource clock) {
    long age = request.number("olderThanMs", 0, Long.MAX_VALUE, 0);
    Redrive death =
        new Redrive(
            reason(request.query().get("reason")),
            age == 0 ? 0 : Math.max(1, clock.millis() - age),
            0,
            Long.MAX_VALUE);
    return filter(death, request.query().get("where"));
  }

  private static DeadLetterFilter filter(Redrive death, @Nullable String where) {
    return where == null
        ? new DeadLetterFilter(death, null, "")
        : new DeadLetterFilter(death, selector(where), where);
  }

  /** A selector as somebody wrote it; null: it is blank. */
  static @Nullable MessageFilter selector(String where) {
    try {
      return WireFilter.selector(where);
    } catch (FilterException e) {
      throw Json.invalid("where: " + e.getMessage());
    }
  }

  private static Optional<DeadLetterReason> reason(@Nullable String code) {
    if (code == null) {
      return Optional.empty();
    }
    Optional<DeadLetterReason> reason = DeadLetterReason.of(code);
    if (reason.isEmpty()) {
      throw Json.invalid(
          "the reason must be one of "
              + Arrays.stream(DeadLetterReason.values())
                  .map(DeadLetterReason::code)
                  .collect(Collectors.joining(", ")));
    }
    return reason;
  }

  static ObjectNode show(DeadLetterTask task) {
    Order order = task.order();
    Progress progress = task.progress();
    Redrive death = order.filter().death();
    ObjectNode node =
        Json.object()
            .put("id", task.id())
            .put("action", order.action().code())
            .put("node", order.node())
            .put("state", progress.state().code())
            .put("done", progress.done())
            .put("bytes", progress.bytes())
            .put("waiting", progress.waiting())
            .put("by", progress.by())
            .put("started", DeathJson.time(progress.startedMs()))
            .put("changed", DeathJson.time(progress.changedMs()));
    ObjectNode skipped = node.putObject("skipped");
    new TreeMap<>(progress.skipped()).forEach(skipped::put);
    if (order.action().stores()) {
      node.put("to", order.to().isEmpty() ? null : order.to());
    }
    if (order.action() == Action.REDRIVE) {
      node.put("maxHops", order.maxHops());
    }
    death.reason().ifPresent(reason -> node.put("reason", reason.code()));
    if (!order.filter().whereText().isEmpty()) {
      node.put("where", order.filter().whereText());
    }
    if (death.diedBeforeMs() != 0) {
      node.put("diedBefore", DeathJson.time(death.diedBeforeMs()));
    }
    node.put("fromSequence", death.fromSequence())
        .put("toSequence", death.toSequence())
        .put("perSecond", order.perSecond());
    if (!progress.error().isEmpty()) {
      node.put("error", progress.error());
    }
    return node;
  }
}
