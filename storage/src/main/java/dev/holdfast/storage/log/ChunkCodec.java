package dev.holdfast.storage.log;

import dev.holdfast.storage.ChunkInfo;
import dev.holdfast.storage.StoreException;
import dev.holdfast.storage.StoredBlob;
import dev.holdfast.storage.StoredMessage;
import dev.holdfast.storage.index.BatchOperations;
import dev.holdfast.storage.index.ChunkLimits;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The plaintext of a chunk, all numbers big-endian:
 *
 * <pre>
 * logId u32 | firstSeq u64 | n u16
 * n × { bodyLength u32 | flags u8 | priority u8 | enqueuedMs u64 | expiryMs u64 | ttlMs u32
 *       | messageFormat u32 | attributesLength u16 }
 * n × { attributes | body }
 * when there is a blob: blobId u64 | bytes u64 | parts u32
 * </pre>
 */
final class ChunkCodec {
  /** A buffer larger than this is let go after use: one huge message must not cost forever. */
  private static final int KEEP_BYTES = 1 << 20;

  // Owner thread.
  private byte[] plain = new byte[2 * ChunkLimits.MAX_BYTES];

  /** Writes the chunk into {@link #plain()}; returns its length. */
  int encode(BatchOperations batch, int firstOperation, int logId, ChunkInfo chunk) {
    int length = ChunkLimits.plainBytes(chunk);
    if (plain.length < length) {
      plain = new byte[length];
    }
    ByteBuffer out = ByteBuffer.wrap(plain);
    out.putInt(logId).putLong(chunk.firstSequence()).putShort((short) chunk.count());
    int data = ChunkLimits.HEADER_BYTES + chunk.count() * ChunkLimits.MESSAGE_HEADER_BYTES;
    for (int at = firstOperation; at >= 0; at = batch.nextInChunk(at)) {
      StoredMessage message = batch.message(at);
      byte[] attributes = message.attributes();
      byte[] body = message.body();
      out.putInt(body.length).put(message.flags()).put(message.priority());
      out.putLong(message.enqueuedMs()).putLong(message.expiryMs()).putInt(message.ttlMs());
      out.putInt(message.messageFormat()).putShort((short) attributes.length);
      System.arraycopy(attributes, 0, plain, data, attributes.length);
      data += attributes.length;
      System.arraycopy(body, 0, plain, data, body.length);
      data += body.length;
    }
    if (chunk.blob() != null) {
      Rows.putBlob(ByteBuffer.wrap(plain, data, ChunkLimits.BLOB_BYTES), chunk.blob());
    }
    return length;
  }

  byte[] plain() {
    return plain;
  }

  void shrink() {
    if (plain.length > KEEP_BYTES) {
      plain = new byte[2 * ChunkLimits.MAX_BYTES];
    }
  }

  /** Reads a verified plaintext back. */
  static List<StoredMessage> decode(byte[] plain, int logId, ChunkInfo chunk)
      throws StoreException {
    ByteBuffer in = ByteBuffer.wrap(plain);
    if (plain.length != ChunkLimits.plainBytes(chunk)
        || in.getInt() != logId
        || in.getLong() != chunk.firstSequence()
        || Short.toUnsignedInt(in.getShort()) != chunk.count()
        || !namesBlob(plain, chunk.blob())) {
      throw corrupt(logId, chunk, "it does not match the index");
    }
    List<StoredMessage> messages = new ArrayList<>(chunk.count());
    int data = ChunkLimits.HEADER_BYTES + chunk.count() * ChunkLimits.MESSAGE_HEADER_BYTES;
    for (int i = 0; i < chunk.count(); i++) {
      int bodyLength = in.getInt();
      byte flags = in.get();
      byte priority = in.get();
      long enqueuedMs = in.getLong();
      long expiryMs = in.getLong();
      int ttlMs = in.getInt();
      int format = in.getInt();
      byte[] attributes = slice(plain, data, Short.toUnsignedInt(in.getShort()));
      data += attributes.length;
      byte[] body = slice(plain, data, bodyLength);
      data += bodyLength;
      messages.add(
          new StoredMessage(
              chunk.firstSequence() + i,
              flags,
              priority,
              enqueuedMs,
              expiryMs,
              ttlMs,
              format,
              attributes,
              body,
              chunk.blob()));
    }
    return messages;
  }

  private static boolean namesBlob(byte[] plain, @Nullable StoredBlob blob) {
    int at = plain.length - ChunkLimits.BLOB_BYTES;
    return blob == null
        || Rows.blobOf(ByteBuffer.wrap(plain, at, ChunkLimits.BLOB_BYTES)).equals(blob);
  }

  static StoreException corrupt(int logId, ChunkInfo chunk, String why) {
    return new StoreException(
        StoreException.Reason.CORRUPT,
        "log "
            + logId
            + ": the chunk of sequences "
            + chunk.firstSequence()
            + " to "
            + (chunk.endSequence() - 1)
            + " (chunk id "
            + chunk.chunkId()
            + ") is damaged: "
            + why);
  }

  private static byte[] slice(byte[] from, int offset, int length) {
    if (length == 0) {
      return StoredMessage.NO_ATTRIBUTES;
    }
    byte[] part = new byte[length];
    System.arraycopy(from, offset, part, 0, length);
    return part;
  }
}
