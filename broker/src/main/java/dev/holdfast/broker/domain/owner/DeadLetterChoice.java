package dev.holdfast.broker.domain.owner;

import dev.holdfast.acl.Principal;
import dev.holdfast.broker.domain.DeadLetterTask.Action;
import dev.holdfast.broker.domain.DeadLetterTask.Order;
import dev.holdfast.broker.domain.DeadLetterTask.Skip;
import dev.holdfast.broker.domain.MessageAttributes;
import dev.holdfast.deadletter.DeathRecord;
import dev.holdfast.deadletter.Redrive;
import dev.holdfast.storage.StoreView;
import dev.holdfast.storage.StoredMessage;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What an order means for the messages of one page. Used within one turn. Owner thread. */
final class DeadLetterChoice {
  private final Destinations destinations;
  private final Order order;
  private final Principal principal;
  private final LogCursor cursor;
  private final StoreView.CursorView view;
  private final long[] out;
  private final Map<String, Place> places = new HashMap<>();

  /** What is known of a destination by its name. */
  private record Place(Destinations.@Nullable Destination destination, boolean allowed) {}

  /**
   * What is done with a message.
   *
   * @param skip why it stays; null: it does not
   * @param destination where it goes; null: nowhere
   * @param attributes what is kept beside it
   */
  record Choice(
      @Nullable Skip skip,
      Destinations.@Nullable Destination destination,
      MessageAttributes attributes) {}

  DeadLetterChoice(
      Destinations destinations,
      Order order,
      Principal principal,
      LogCursor cursor,
      StoreView.CursorView view) {
    this.destinations = destinations;
    this.order = order;
    this.principal = principal;
    this.cursor = cursor;
    this.view = view;
    this.out = cursor.outSequences();
    Arrays.sort(out);
  }

  /** Null: the message is not meant, or not there any more. */
  @Nullable Choice of(StoredMessage message) {
    if (view.acknowledged(message.sequence()) || cursor.isDeparting(message.sequence())) {
      return null;
    }
    MessageAttributes attributes = MessageAttributes.decode(message.attributes());
    Optional<DeathRecord> death = Optional.ofNullable(attributes.death());
    if (!wanted(message, death)) {
      return null;
    }
    if (order.action() != Action.COPY && Arrays.binarySearch(out, message.sequence()) >= 0) {
      return new Choice(Skip.UNSETTLED, null, attributes);
    }
    if (!order.action().stores()) {
      return new Choice(null, null, attributes);
    }
    if (order.action() == Action.REDRIVE && !Redrive.mayGoBack(death, order.maxHops())) {
      return new Choice(Skip.HOP_LIMIT, null, attributes);
    }
    Place place =
        places.computeIfAbsent(Redrive.destination(death, order.to(), order.node()), this::place);
    if (!place.allowed()) {
      return new Choice(Skip.DENIED, null, attributes);
    }
    Destinations.Destination destination = place.destination();
    Skip problem = destination == null ? Skip.NO_ROUTE : destination.problem(message);
    return new Choice(problem, problem == null ? destination : null, attributes);
  }

  private boolean wanted(StoredMessage message, Optional<DeathRecord> death) {
    return order.action().ofQueue()
        ? order.filter().matches(message, death, view.history(message.sequence()).failures())
        : order.filter().matches(message, death);
  }

  private Place place(String name) {
    boolean allowed = destinations.allowed(principal, name, order.node());
    return new Place(allowed ? destinations.find(name) : null, allowed);
  }
}
