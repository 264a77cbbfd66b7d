package dev.holdfast.broker.amqp.codec;

import org.apache.qpid.proton.amqp.Symbol;

/**
 * Everything this broker reproaches a peer with: the AMQP condition and one fixed sentence. Nothing
 * else about an error ever reaches a peer, so no internals can leak.
 */
public enum Fault {
  /** Frame smaller than its own header or larger than agreed. */
  FRAME_SIZE("amqp:connection:framing-error", "a frame's size is outside the agreed range"),
  /** Data offset below 2 or past the frame. */
  FRAME_OFFSET("amqp:connection:framing-error", "a frame's data offset is outside the frame"),
  /** Neither AMQP nor SASL, or the wrong one of them. */
  FRAME_TYPE("amqp:connection:framing-error", "a frame's type is not expected here"),
  /** Above channel-max. */
  CHANNEL_MAX("amqp:connection:framing-error", "a channel number is above channel-max"),
  /** Above handle-max. */
  HANDLE_MAX("amqp:connection:framing-error", "a link handle is above handle-max"),
  /** The peer's max-frame-size is below 512. */
  FRAME_MAX("amqp:connection:framing-error", "max-frame-size must be at least 512"),
  /** The peer takes smaller frames than the answer needs. */
  PEER_FRAME_MAX(
      "amqp:frame-size-too-small", "the answer is larger than the peer's max-frame-size"),
  /** The peer uses a channel that it does not hear on. */
  PEER_CHANNEL_MAX(
      "amqp:not-allowed", "answers go to the same channel, and the peer's channel-max is below it"),
  /** The peer uses a handle that it does not accept. */
  PEER_HANDLE_MAX(
      "amqp:not-allowed", "answers go to the same handle, and the peer's handle-max is below it"),
  /** Open not on channel 0. */
  OPEN_CHANNEL("amqp:connection:framing-error", "open must be sent on channel 0"),
  /** Not decodable. */
  MALFORMED("amqp:decode-error", "a frame's contents are malformed"),
  /** Nested too deep or too many values. */
  TOO_COMPLEX("amqp:decode-error", "a frame nests too deep or holds too many values"),
  /** A field that must be there is not. */
  FIELD_MISSING("amqp:decode-error", "a mandatory field is missing"),
  /** A message's sections are malformed, repeated or out of order. */
  MESSAGE_MALFORMED(
      "amqp:decode-error", "the message's sections are malformed, repeated or out of order"),
  /** An annotation for the time of delivery is no number. */
  DELIVERY_TIME(
      "amqp:invalid-field",
      "the annotations x-opt-delivery-time and x-opt-delivery-delay are integers or timestamps"),
  /** A key that is no key. */
  IDEMPOTENCY_KEY(
      "amqp:invalid-field", "the annotation x-opt-idempotency-key is a string of 1 to 255 bytes"),
  /** Somebody else's name. */
  USER_ID(
      "amqp:unauthorized-access",
      "the message's user-id is not the one authenticated on this connection; leave it out"),
  /** Not in this state. */
  NOT_NOW("amqp:illegal-state", "the frame is not permitted in the current state"),
  /** No session on this channel. */
  NO_SESSION("amqp:illegal-state", "no session has begun on this channel"),
  /** Begin on a channel in use. */
  CHANNEL_IN_USE("amqp:illegal-state", "a session has already begun on this channel"),
  /** Begin answers a session nobody offered. */
  REMOTE_CHANNEL("amqp:invalid-field", "begin names a remote channel that was never offered"),
  /** Too many. */
  TOO_MANY_SESSIONS("amqp:resource-limit-exceeded", "too many sessions on this connection"),
  /** Too many. */
  TOO_MANY_LINKS(
      "amqp:resource-limit-exceeded",
      "HF-LIMIT-LINKS: too many links of this connection or principal"),
  /** Too many. */
  TOO_MANY_CONNECTIONS(
      "amqp:resource-limit-exceeded",
      "HF-LIMIT-CONNECTIONS: too many connections of this principal"),
  /** Too much of nothing. */
  FLOOD("amqp:resource-limit-exceeded", "HF-FLOOD: too many control frames"),
  /** Silent for longer than agreed. */
  IDLE("amqp:resource-limit-exceeded", "nothing was received within the idle time-out"),
  /** The certificate that let the client in is revoked. */
  REVOKED("amqp:unauthorized-access", "the client's certificate has been revoked"),
  /** The token that let the client in has expired. */
  TOKEN_EXPIRED("amqp:unauthorized-access", "HF-TOKEN-EXPIRED: the client's token has expired"),
  /** The token that let the client in is revoked. */
  TOKEN_REVOKED(
      "amqp:unauthorized-access", "HF-TOKEN-REVOKED: the client's token has been revoked"),
  /** The user was disabled or removed. */
  USER_GONE("amqp:unauthorized-access", "the user may not log in any more"),
  /** The broker's fault. */
  INTERNAL("amqp:internal-error", "the broker failed; quote the incident id to its operator"),
  /** The broker stops, or an operator asked. */
  FORCED("amqp:connection:forced", "the broker is shutting down"),
  /** By an operator, whose reason comes with it. */
  CLOSED("amqp:connection:forced", "HF-CLOSED: an operator has closed this connection"),
  /** The broker is emptied. */
  DRAINING("amqp:connection:forced", "HF-DRAINING: the broker is being drained; connect later"),
  /** Second connection with a container-id whose desire is to be the only one. */
  CONTAINER_ID("amqp:invalid-field", "a connection with this container-id already exists"),
  /** Attach on a handle in use. */
  HANDLE_IN_USE("amqp:session:handle-in-use", "the link handle is already in use"),
  /** No link with this handle. */
  NO_LINK("amqp:session:unattached-handle", "no link is attached with this handle"),
  /** A frame for the wrong kind of link. */
  ERRANT_LINK("amqp:session:errant-link", "a transfer came on a link that the broker sends on"),
  /** More transfers than the window. */
  WINDOW("amqp:session:window-violation", "more transfers were sent than the session's window"),
  /** The delivery-id is not the next one. */
  DELIVERY_ID("amqp:invalid-field", "a delivery-id is missing or not the next in sequence"),
  /** Deliveries of one link mixed. */
  INTERLEAVED("amqp:invalid-field", "deliveries on one link must not be interleaved"),
  /** A state that is none of the standard's. */
  OUTCOME("amqp:not-implemented", "a delivery was settled with a state that is not offered"),
  /** Too many annotations in an outcome. */
  OUTCOME_SIZE("amqp:resource-limit-exceeded", "an outcome's annotations exceed 4096 bytes"),
  /** Different from the first transfer. */
  CONTINUATION(
      "amqp:invalid-field", "a delivery's transfers differ in delivery-tag or message-format"),
  /** No tag or one too long. */
  DELIVERY_TAG("amqp:invalid-field", "a delivery-tag of at most 32 bytes is mandatory"),
  /** Sent without credit. */
  NO_CREDIT("amqp:link:transfer-limit-exceeded", "more messages were sent than credit was given"),
  /** Larger than max-message-size. */
  MESSAGE_SIZE(
      "amqp:link:message-size-exceeded",
      "HF-LIMIT-MESSAGE: the message is larger than max-message-size"),
  /** Larger than the peer's max-message-size. */
  PEER_MESSAGE_SIZE(
      "amqp:link:message-size-exceeded", "a message was larger than the link's max-message-size"),
  /** Too many bytes of messages that have not ended yet. */
  UNFINISHED(
      "amqp:resource-limit-exceeded", "too many bytes of unfinished messages on this connection"),
  /** The same link was attached elsewhere. */
  STOLEN("amqp:link:stolen", "a link with this name was attached again by the same container"),
  /** Attach of a sender without its count. */
  INITIAL_COUNT("amqp:invalid-field", "a sender's attach must give initial-delivery-count"),
  /** Queue and topic at once. */
  TWO_KINDS("amqp:invalid-field", "a terminus cannot be a queue and a topic"),
  /** Unknown lifetime policy. */
  LIFETIME("amqp:invalid-field", "lifetime-policy is none of the four that the standard has"),
  /** Priority out of range. */
  PRIORITY("amqp:invalid-field", "the link property priority must be an integer of 32 bits"),
  /** Exclusive is no boolean. */
  EXCLUSIVE("amqp:invalid-field", "the link property exclusive must be a boolean"),
  /** Nothing before the bar. */
  SUBSCRIPTION_NAME(
      "amqp:invalid-field", "a subscription is named by its link, up to the first |: not empty"),
  /** Attach to nothing. */
  NO_ADDRESS("amqp:invalid-field", "the source or target has no address"),
  /** Address too long or not a string. */
  ADDRESS("amqp:invalid-field", "an address is a string of at most 600 bytes"),
  /** Link name too long. */
  LINK_NAME("amqp:invalid-field", "a link name has at most 1024 characters"),
  /** Not offered. */
  NO_DISTRIBUTED("amqp:not-implemented", "only local transactions are offered"),
  /** Neither declare nor discharge. */
  COORDINATOR_MESSAGE(
      "amqp:decode-error",
      "a coordinator takes an amqp-value: declare (no global-id) or discharge"),
  /** Nobody would hear the answer. */
  COORDINATOR_SETTLED("amqp:not-allowed", "declare and discharge must not be sent settled"),
  /** Large messages that have begun and not ended. */
  UPLOADS(
      "amqp:resource-limit-exceeded",
      "HF-UPLOADS: too many bytes of large messages are on their way; finish some first"),
  /** Part 4 §4.4.3. */
  NO_ACQUISITION(
      "amqp:not-implemented",
      "messages cannot be acquired within a transaction; settle them in one"),
  /** A known filter that cannot be used; the sentence comes with it. */
  FILTER("amqp:invalid-field", "a filter cannot be used"),
  /** Anonymous terminus, no address in the message. */
  NO_TO("amqp:not-found", "the message names no address in its property 'to'");

  private final String condition;
  private final String sentence;

  Fault(String condition, String sentence) {
    this.condition = condition;
    this.sentence = sentence;
  }

  /** The AMQP error condition. */
  public Symbol condition() {
    return Symbol.getSymbol(condition);
  }

  /** What the peer is told. */
  public String sentence() {
    return sentence;
  }
}
