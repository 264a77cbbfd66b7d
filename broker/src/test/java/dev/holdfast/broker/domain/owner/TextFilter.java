package dev.holdfast.broker.domain.owner;

import dev.holdfast.broker.domain.MessageFilter;
import dev.holdfast.storage.StoredMessage;
import java.nio.charset.StandardCharsets;

/** Takes messages whose body contains some text. */
record TextFilter(String text) implements MessageFilter {

  static MessageFilter decode(byte[] encoded) {
    return new TextFilter(new String(encoded, StandardCharsets.UTF_8));
  }

  @Override
  public boolean matches(StoredMessage message, int deliveryCount) {
    return Rig.text(message.body()).contains(text);
  }

  @Override
  public byte[] encoded() {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
