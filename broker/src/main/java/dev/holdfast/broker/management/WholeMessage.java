package dev.holdfast.broker.management;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.holdfast.broker.amqp.json.MessageJson;
import dev.holdfast.broker.domain.NodeAdmin.PeekedMessage;
import dev.holdfast.broker.domain.PartSource;
import dev.holdfast.storage.StoreException;
import dev.holdfast.storage.StoredBlob;
import dev.holdfast.storage.StoredMessage;
import java.io.ByteArrayOutputStream;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/** Messages as the API shows them with all their bytes, so that they can be sent again. Workers. */
final class WholeMessage {
  private final PartSource parts;

  WholeMessage(PartSource parts) {
    this.parts = parts;
  }

  /**
   * The message.
   *
   * @param raw whether with the field {@code sections}, which is left out when it would be too
   *     large
   */
  ObjectNode show(MessageJson json, PeekedMessage peeked, boolean raw) {
    StoredMessage message = peeked.message();
    ObjectNode node = MessageApi.show(json, peeked);
    byte[] sections = raw ? sections(message) : null;
    return sections == null
        ? node
        : node.put("sections", Base64.getEncoder().encodeToString(sections));
  }

  /**
   * All of a message; null when it is larger than what comes over HTTP may be, or has gone.
   *
   * @throws ApiException it cannot be read
   */
  byte @Nullable [] sections(StoredMessage message) {
    StoredBlob rest = message.blob();
    if (rest == null) {
      return message.body();
    }
    if (rest.bytes() > AdminServer.LARGEST_MESSAGE) {
      return null;
    }
    ByteArrayOutputStream whole = new ByteArrayOutputStream((int) rest.bytes() + 1024);
    whole.writeBytes(message.body());
    try {
      for (int part = 0; part < rest.parts(); part++) {
        byte[] bytes = parts.read(rest, part);
        if (bytes == null) {
          return null;
        }
        whole.writeBytes(bytes);
      }
    } catch (StoreException e) {
      throw new ApiException(
          ApiException.Code.INTERNAL,
          "message " + message.sequence() + " cannot be read; its stored bytes do not verify");
    }
    return whole.toByteArray();
  }
}
