package dev.holdfast.broker.domain.owner;

import dev.holdfast.broker.domain.MessageFilter;
import dev.holdfast.broker.domain.SourceRequest;
import dev.holdfast.broker.domain.SourceRequest.Selection;
import dev.holdfast.broker.domain.SourceRequest.Turn;
import dev.holdfast.broker.domain.StartFrom;
import dev.holdfast.broker.domain.SubscriptionRequest;

/** Sources as links ask for them. */
final class Sources {
  private Sources() {}

  static SourceRequest durable(String topic, String name) {
    return named(topic, new SubscriptionRequest(name, true, false, false), null);
  }

  static SourceRequest sharedDurable(String topic, String name) {
    return named(topic, new SubscriptionRequest(name, true, true, false), null);
  }

  static SourceRequest sharedVolatile(String topic, String name) {
    return named(topic, new SubscriptionRequest(name, false, true, false), null);
  }

  static SourceRequest named(String topic, SubscriptionRequest request, MessageFilter filter) {
    return new SourceRequest(
        topic,
        null,
        null,
        request,
        new Selection(false, filter, false, StartFrom.LATEST),
        Turn.ORDINARY);
  }

  static SourceRequest filtered(String address, MessageFilter filter) {
    return new SourceRequest(
        address,
        null,
        null,
        null,
        new Selection(false, filter, false, StartFrom.LATEST),
        Turn.ORDINARY);
  }

  static SourceRequest noLocal(String topic) {
    return new SourceRequest(
        topic, null, null, null, new Selection(false, null, true, StartFrom.LATEST), Turn.ORDINARY);
  }

  static SourceRequest from(String topic, StartFrom start) {
    return new SourceRequest(
        topic, null, null, null, new Selection(false, null, false, start), Turn.ORDINARY);
  }

  static SourceRequest browse(String queue, MessageFilter filter) {
    return new SourceRequest(
        queue,
        null,
        null,
        null,
        new Selection(true, filter, false, StartFrom.LATEST),
        Turn.ORDINARY);
  }
}
