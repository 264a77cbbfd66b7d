package dev.holdfast.it.wire;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * A message of one data section that is made while it is sent and looked at while it is received,
 * so that neither side of a test holds it as a whole.
 */
public final class LargeMessage {
  /** Bytes before the content: descriptor, constructor, length. */
  private static final int PREFIX = 8;

  private static final int PIECE = 60 * 1024;

  private LargeMessage() {}

  /** One on its way out. */
  public static final class Source {
    private final AmqpSender sender;
    private final Random random;
    private final MessageDigest digest = sha256();
    private final int size;
    private int sent;
    private @Nullable String sum;

    /**
     * Makes one.
     *
     * @param sender with credit
     * @param seed of its content
     * @param size of its content, in bytes
     */
    public Source(AmqpSender sender, int seed, int size) {
      this.sender = sender;
      this.random = new Random(seed);
      this.size = size;
    }

    /**
     * Hands over more of it, as long as the engine does not hold much back.
     *
     * @param until so many bytes of content in all
     * @return whether all of that is handed over
     */
    public boolean send(int until) {
      if (sent == 0) {
        byte[] prefix = {0, 0x53, 0x75, (byte) 0xB0, 0, 0, 0, 0};
        sender.sendPart(ByteBuffer.wrap(prefix).putInt(4, size).array());
      }
      int goal = Math.min(until, size);
      while (sent < goal && sender.unsent() < 2 * PIECE) {
        byte[] piece = new byte[Math.min(PIECE, goal - sent)];
        random.nextBytes(piece);
        digest.update(piece);
        sender.sendPart(piece);
        sent += piece.length;
      }
      if (sent == size && sum == null) {
        sum = HexFormat.of().formatHex(digest.digest());
        sender.endParts(this);
      }
      return sent >= goal;
    }

    /**
     * Hands over all of it.
     *
     * @param client of the sender
     * @throws IOException when the connection ends
     */
    public void sendAll(AmqpClient client) throws IOException {
      client.until("the window", () -> send(size));
    }

    /**
     * The SHA-256 of its content, once it is handed over.
     *
     * @return in hexadecimal
     */
    public String sum() {
      if (sum == null) {
        throw new IllegalStateException("not sent");
      }
      return sum;
    }
  }

  /** What comes in on one link, as sums. */
  public static final class Sink {
    private MessageDigest digest = sha256();
    private byte[] head = {};
    private boolean inContent;
    private long bytes;

    /** What came last, and its sum; null: nothing came whole. */
    public AmqpReceiver.@Nullable Received last;

    /** The SHA-256 of its content. */
    public @Nullable String sum;

    /**
     * Makes one.
     *
     * @param receiver whose messages it takes from now on
     */
    public Sink(AmqpReceiver receiver) {
      receiver.onParts(this::piece);
    }

    /**
     * How much of the message has come that is coming.
     *
     * @return bytes of its content
     */
    public long bytes() {
      return bytes;
    }

    private void piece(byte[] piece, AmqpReceiver.@Nullable Received whole) {
      if (inContent) {
        content(piece, 0);
      } else {
        byte[] more = java.util.Arrays.copyOf(head, head.length + piece.length);
        System.arraycopy(piece, 0, more, head.length, piece.length);
        head = more;
        int at = contentFrom(head);
        if (at >= 0) {
          inContent = true;
          content(head, at);
        }
      }
      if (whole != null) {
        sum = HexFormat.of().formatHex(digest.digest());
        last = whole;
        digest = sha256();
        head = new byte[0];
        inContent = false;
        bytes = 0;
      }
    }

    private void content(byte[] piece, int from) {
      digest.update(piece, from, piece.length - from);
      bytes += piece.length - from;
    }

    /** Behind the sections of small size that come first; -1: not here yet. */
    private static int contentFrom(byte[] b) {
      int at = 0;
      while (b.length >= at + PREFIX) {
        if (b[at + 2] == 0x75) {
          return at + (b[at + 3] == (byte) 0xB0 ? PREFIX : PREFIX - 3);
        }
        boolean small = b[at + 3] == (byte) 0xC0 || b[at + 3] == (byte) 0xC1;
        at += small ? 5 + (b[at + 4] & 0xFF) : PREFIX + ByteBuffer.wrap(b).getInt(at + 4);
      }
      return -1;
    }
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
