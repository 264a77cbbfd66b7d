package dev.holdfast.broker.management;

import dev.holdfast.broker.amqp.codec.MessageView;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * Text that is looked for in the bodies of messages: as UTF-8 anywhere in the encoded body
 * sections, so in strings inside of maps and lists too. One thread.
 */
final class BodyText {
  private final MessageView view = new MessageView();
  private final boolean ignoreCase;
  private final String text;
  private final byte[] bytes;

  /**
   * Makes one.
   *
   * @param text not empty
   * @param ignoreCase whether capitals count as small letters
   */
  BodyText(String text, boolean ignoreCase) {
    this.ignoreCase = ignoreCase;
    this.text = text.toLowerCase(Locale.ROOT);
    this.bytes = text.getBytes(StandardCharsets.UTF_8);
  }

  /** Whether it is there; in what is no AMQP message all bytes count as its body. */
  boolean isIn(byte[] message) {
    boolean decodes = view.scan(message, 0, message.length);
    int from = decodes ? view.bodyFrom() : 0;
    int to = decodes ? view.bodyTo() : message.length;
    return ignoreCase
        ? new String(message, from, to - from, StandardCharsets.UTF_8)
            .toLowerCase(Locale.ROOT)
            .contains(text)
        : contains(message, from, to);
  }

  private boolean contains(byte[] in, int from, int to) {
    for (int at = from; at <= to - bytes.length; at++) {
      int same = 0;
      while (same < bytes.length && in[at + same] == bytes[same]) {
        same++;
      }
      if (same == bytes.length) {
        return true;
      }
    }
    return false;
  }
}
