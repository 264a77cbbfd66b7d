package dev.holdfast.broker.amqp;

import dev.holdfast.broker.domain.EdgeEvent;
import dev.holdfast.broker.domain.EdgeLoop;
import dev.holdfast.broker.domain.OwnerCommand;
import dev.holdfast.broker.domain.PartSource;
import dev.holdfast.broker.domain.Upload;
import dev.holdfast.storage.StoredBlob;
import dev.holdfast.storage.StoredMessage;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiConsumer;

/** Parts of large messages in memory, behind the edge's contract. */
final class FakeParts implements PartSource {
  private final Map<Upload, StoredBlob> uploads = new IdentityHashMap<>();
  private final Map<Long, List<byte[]>> blobs = new ConcurrentHashMap<>();
  private long ids;

  /** What is written: not dropped, whether a message names it or not. */
  int count() {
    return blobs.size();
  }

  /** Nobody will find any of them. */
  void loseAll() {
    blobs.clear();
  }

  boolean handle(OwnerCommand command, BiConsumer<EdgeLoop, EdgeEvent> tell) {
    if (command instanceof OwnerCommand.StorePart part) {
      StoredBlob before = uploads.computeIfAbsent(part.upload(), u -> new StoredBlob(++ids, 0, 0));
      blobs.computeIfAbsent(before.id(), id -> new ArrayList<>()).add(part.bytes());
      uploads.put(
          part.upload(),
          new StoredBlob(before.id(), before.bytes() + part.bytes().length, before.parts() + 1));
      tell.accept(part.port().loop(), new EdgeEvent.PartStored(part.port(), part.bytes().length));
      return true;
    }
    if (command instanceof OwnerCommand.DropUpload drop) {
      StoredBlob blob = uploads.remove(drop.upload());
      blobs.remove(blob.id());
      return true;
    }
    return false;
  }

  /** The message, followed by what was uploaded for it. */
  StoredMessage whole(StoredMessage m, Upload upload) {
    return upload == null
        ? m
        : new StoredMessage(
            m.sequence(),
            m.flags(),
            m.priority(),
            m.enqueuedMs(),
            m.expiryMs(),
            m.ttlMs(),
            m.messageFormat(),
            m.attributes(),
            m.body(),
            uploads.get(upload));
  }

  @Override
  public byte[] read(StoredBlob blob, int part) {
    List<byte[]> parts = blobs.get(blob.id());
    return parts == null ? null : parts.get(part);
  }
}
