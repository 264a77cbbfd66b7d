package dev.holdfast.broker.domain.owner;

import dev.holdfast.broker.domain.MessageFilter;
import dev.holdfast.storage.StoredMessage;

/** Takes every {@code mod}th message, by the number in its body. */
record SimFilter(int mod, int rest) implements MessageFilter {

  static MessageFilter decode(byte[] encoded) {
    return new SimFilter(encoded[0], encoded[1]);
  }

  boolean takes(int id) {
    return id % mod == rest;
  }

  @Override
  public boolean matches(StoredMessage message, int deliveryCount) {
    return takes(SimModel.id(message.body()));
  }

  @Override
  public byte[] encoded() {
    return new byte[] {(byte) mod, (byte) rest};
  }
}
