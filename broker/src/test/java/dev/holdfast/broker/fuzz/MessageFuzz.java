package dev.holdfast.broker.fuzz;

import dev.holdfast.broker.amqp.codec.MessageView;
import dev.holdfast.broker.amqp.json.MessageJson;
import dev.holdfast.broker.selector.PropertyField;
import dev.holdfast.broker.selector.Selector;
import dev.holdfast.broker.selector.SelectorException;
import dev.holdfast.broker.selector.StoredFields;
import java.util.Arrays;

/** The payload of transfers: what the broker takes as a message, it can show and select later. */
public final class MessageFuzz {
  private static final MessageView VIEW = new MessageView();
  private static final MessageJson JSON = new MessageJson();
  private static final StoredFields FIELDS = new StoredFields();
  private static final Selector SELECTOR = selector();

  private MessageFuzz() {}

  private static Selector selector() {
    try {
      return Selector.parse(
          "JMSMessageID = 'ID:1' OR JMSType LIKE 'a%' OR own > 5 OR \"amqp.reply_to\" IS NULL"
              + " OR JMSTimestamp BETWEEN 1 AND 2 OR JMSXGroupSeq IN ('a', 'b')");
    } catch (SelectorException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  /** One input: an encoded message. */
  public static void fuzzerTestOneInput(byte[] input) {
    if (!VIEW.scan(input, 0, input.length)) {
      return;
    }
    String to = VIEW.to();
    int bareFrom = VIEW.bareFrom();
    byte[] kept = Arrays.copyOfRange(input, bareFrom, input.length);
    if (!VIEW.scan(kept, 0, kept.length) || VIEW.bareFrom() != 0) {
      throw new AssertionError("what is kept of a message is none");
    }
    if (!String.valueOf(to).equals(String.valueOf(VIEW.to()))) {
      throw new AssertionError("'to' is another one in what is kept");
    }
    JSON.show(kept);
    FIELDS.of(true, (byte) 4, -1, 0, 0, kept);
    SELECTOR.matches(FIELDS);
    for (PropertyField field : PropertyField.values()) {
      FIELDS.property(field);
    }
  }
}
