package dev.holdfast.broker.amqp.codec;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.holdfast.broker.domain.Durability;
import org.jspecify.annotations.Nullable;

/**
 * Looks at an encoded message without decoding it (part 3 §3.2): finds where its sections start,
 * checks their order, and reads the few fields a broker needs. The body is never looked into.
 *
 * <p>Reused; valid until the next {@link #scan}. Event-loop thread.
 */
public final class MessageView {

  private static final int HEADER = 0x70;
  private static final int DELIVERY_ANNOTATIONS = 0x71;
  private static final int MESSAGE_ANNOTATIONS = 0x72;
  private static final int PROPERTIES = 0x73;
  private static final int APPLICATION_PROPERTIES = 0x74;
  private static final int DATA = 0x75;
  private static final int SEQUENCE = 0x76;
  private static final int VALUE = 0x77;
  private static final int FOOTER = 0x78;
  private static final byte DEFAULT_PRIORITY = 4;
  private static final int STRING = 1;
  private static final int SYMBOL = 3;

  private final FrameGuard guard = new FrameGuard();
  private final FieldReader fields = new FieldReader(guard);

  // Event-loop thread.
  private byte[] b = new byte[0];
  private Durability durability = Durability.UNSAID;
  private byte priority;
  private long ttlMs;
  private long expiryMs;
  private int bareFrom;
  private int bodyFrom;
  private int bodyTo;
  private int toFrom;
  private int toTo;
  private int messageIdAt;
  private int userFrom;
  private int userTo;
  private int groupFrom;
  private int groupTo;
  private boolean typedAsSealed;
  private final HeededAnnotations annotations = new HeededAnnotations();

  /**
   * Looks at the message in {@code bytes} from {@code from} to {@code to}.
   *
   * @return whether its sections are well-formed, in order and not repeated
   */
  public boolean scan(byte[] bytes, int from, int to) {
    return scan(bytes, from, to, false);
  }

  /**
   * Looks at the beginning of a message, up to where its body starts.
   *
   * @return whether all sections before the body are there and well-formed; when they are, {@link
   *     #bodyFrom()} is where they end
   */
  public boolean scanHead(byte[] bytes, int from, int to) {
    return scan(bytes, from, to, true) && bodyFrom >= 0;
  }

  private boolean scan(byte[] bytes, int from, int to, boolean headOnly) {
    b = bytes;
    durability = Durability.UNSAID;
    priority = DEFAULT_PRIORITY;
    ttlMs = -1;
    expiryMs = 0;
    bareFrom = from;
    bodyFrom = -1;
    bodyTo = to;
    toFrom = -1;
    messageIdAt = -1;
    userTo = userFrom;
    groupFrom = -1;
    typedAsSealed = false;
    annotations.clear();
    try {
      int last = 0;
      int p = from;
      while (p < to) {
        int section = FieldReader.descriptor(b, p, to);
        Types.check(follows(last, section));
        if (bodyFrom < 0 && section >= DATA && section <= VALUE) {
          bodyFrom = p;
          if (headOnly) {
            bodyTo = p;
            return true;
          }
        } else if (section == FOOTER) {
          bodyTo = p;
        }
        p = section(section, FieldReader.described(b, p, to), to);
        if (section <= DELIVERY_ANNOTATIONS) {
          bareFrom = p;
        }
        last = section;
      }
      return true;
    } catch (FaultException malformed) {
      return false;
    }
  }

  static boolean follows(int last, int section) {
    if (section < HEADER || section > FOOTER) {
      return false;
    }
    boolean repeatable = section == DATA || section == SEQUENCE;
    boolean bodyAfterOtherBody = last >= DATA && last <= VALUE && section <= VALUE;
    return section == last ? repeatable : section > last && !bodyAfterOtherBody;
  }

  private int section(int section, int at, int to) {
    int code = b[at] & 0xFF;
    switch (section) {
      case HEADER -> {
        return header(at, to);
      }
      case PROPERTIES -> {
        return properties(at, to);
      }
      case MESSAGE_ANNOTATIONS -> {
        Types.check(code == 0xC1 || code == 0xD1);
        int end = guard.skip(b, at, to);
        annotations.read(b, at, end);
        return end;
      }
      case DELIVERY_ANNOTATIONS, APPLICATION_PROPERTIES, FOOTER -> {
        Types.check(code == 0xC1 || code == 0xD1);
        return guard.skip(b, at, to);
      }
      case DATA -> {
        Types.check(code == 0xA0 || code == 0xB0);
        return Types.skipScalar(b, at, to);
      }
      case SEQUENCE -> {
        Types.check(code == 0xC0 || code == 0xD0 || code == 0x45);
        return bodyValue(at, to);
      }
      default -> {
        return bodyValue(at, to);
      }
    }
  }

  /** Compound bodies are stepped over by their size; what is inside is the receiver's business. */
  private int bodyValue(int at, int to) {
    int p = at;
    int described = 0;
    while (b[p] == 0) {
      Types.check(++described <= FrameGuard.MAX_DEPTH);
      p = FieldReader.described(b, p, to);
    }
    int kind = (b[p] & 0xFF) >> 4;
    if (kind == 0xC || kind == 0xE) {
      Types.check(to - p >= 2);
      return Types.advance(p + 2, b[p + 1] & 0xFF, to);
    }
    if (kind == 0xD || kind == 0xF) {
      Types.check(to - p >= 5);
      return Types.advance(p + 5, Types.int32(b, p + 1), to);
    }
    return Types.skipScalar(b, p, to);
  }

  private int header(int at, int to) {
    int end = fields.open(b, at, to);
    durability =
        switch (fields.tristate()) {
          case 0 -> Durability.NOT_DURABLE;
          case 1 -> Durability.DURABLE;
          default -> Durability.UNSAID;
        };
    int given = fields.ubyte();
    priority = given < 0 ? DEFAULT_PRIORITY : (byte) Math.min(9, given);
    ttlMs = fields.uint();
    fields.bool();
    fields.uint();
    fields.close();
    return end;
  }

  private int properties(int at, int to) {
    int end = fields.open(b, at, to);
    messageIdAt = fields.skipAt();
    if (fields.range(0)) {
      userFrom = fields.binaryFrom;
      userTo = fields.binaryTo;
    }
    if (fields.range(STRING)) {
      toFrom = fields.binaryFrom;
      toTo = fields.binaryTo;
    }
    fields.range(STRING);
    fields.range(STRING);
    fields.skip();
    if (fields.range(SYMBOL)) {
      typedAsSealed = SealedEnvelope.isContentType(b, fields.binaryFrom, fields.binaryTo);
    }
    fields.range(SYMBOL);
    expiryMs = fields.timestamp();
    fields.timestamp();
    if (fields.range(STRING)) {
      groupFrom = fields.binaryFrom;
      groupTo = fields.binaryTo;
    }
    fields.close();
    return end;
  }

  /** Header durable. */
  public Durability durability() {
    return durability;
  }

  /** Header priority, 0 to 9, 4 when not said. */
  public byte priority() {
    return priority;
  }

  /** Header ttl in milliseconds, -1 when not said. */
  public long ttlMs() {
    return ttlMs;
  }

  /** Property absolute-expiry-time in epoch milliseconds, 0 when not said. */
  public long expiryMs() {
    return expiryMs;
  }

  /** Where the message starts once header and delivery annotations are taken off. */
  public int bareFrom() {
    return bareFrom;
  }

  /** The array that was looked at. */
  byte[] bytes() {
    return b;
  }

  /** Where the first section of the body starts, its descriptor included; -1 when there is none. */
  public int bodyFrom() {
    return bodyFrom;
  }

  /** Where the last section of the body ends. */
  public int bodyTo() {
    return bodyTo;
  }

  /** Property 'to', null when not said. */
  public @Nullable String to() {
    return toFrom < 0 ? null : new String(b, toFrom, toTo - toFrom, UTF_8);
  }

  /** Property group-id, null when not said. */
  public @Nullable String groupId() {
    return groupFrom < 0 ? null : new String(b, groupFrom, groupTo - groupFrom, UTF_8);
  }

  /**
   * Property message-id as text: a string as it is, anything else behind the name of its type; null
   * when not said.
   */
  public @Nullable String messageId() {
    return messageIdAt < 0 ? null : MessageIds.text(b, messageIdAt);
  }

  /** Whether property user-id names somebody who is not this principal. */
  public boolean claimsOtherThan(PrincipalName principal) {
    return userTo > userFrom && !principal.is(b, userFrom, userTo);
  }

  /** Whether there is a group-id, an annotation or a content-type that the broker heeds. */
  public boolean isMarked() {
    return groupFrom >= 0 || annotations.present() || typedAsSealed;
  }

  /** Whether property content-type says that the body is encrypted end to end. */
  public boolean isTypedAsSealed() {
    return typedAsSealed;
  }

  /** Whether the body is encrypted end to end, as far as type and form tell. */
  public boolean isSealed() {
    return typedAsSealed && bodyFrom >= 0 && SealedEnvelope.isOnlySection(b, bodyFrom, bodyTo);
  }

  /** Annotation {@code x-opt-delivery-time} in epoch milliseconds, 0 when not said. */
  public long deliverAtMs() {
    return annotations.deliverAtMs();
  }

  /** Annotation {@code x-opt-delivery-delay} in milliseconds, 0 when not said. */
  public long delayMs() {
    return annotations.delayMs();
  }

  /** Annotation {@code x-opt-idempotency-key}, null when not said. */
  public @Nullable String idempotencyKey() {
    return annotations.idempotencyKey();
  }

  /** What is wrong with an annotation that the broker heeds; null: nothing. */
  public @Nullable Fault annotationFault() {
    return annotations.fault();
  }

  /** Whether there are annotations that only the broker may write. */
  public boolean hasReservedAnnotations() {
    return annotations.reserved();
  }
}
