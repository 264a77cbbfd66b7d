package dev.holdfast.broker.audit;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Appends to the chain: events, checkpoints, new files. After an {@link IOException} the file may
 * hold what was not acknowledged; it has to be opened again, which reads where it ends. One thread.
 */
final class ChainWriter implements AutoCloseable {
  /** Events between two checkpoints at most. */
  static final int CHECKPOINT_EVENTS = 1_000;

  private final AuditSettings settings;
  private final Surroundings around;
  private final KeyFile keys;

  private Path file;
  private FileChannel channel;
  private byte[] chain;
  private long sequence;
  private long length;
  private int unsigned;
  private boolean unsynced;

  /**
   * What the writer needs of the process.
   *
   * @param clock of the time in records
   * @param database id of the store
   * @param commits number of the store's last commit
   * @param anchor told each checkpoint's JSON, after it is on disk
   */
  record Surroundings(
      InstantSource clock, String database, LongSupplier commits, Consumer<String> anchor) {}

  private ChainWriter(
      AuditSettings settings, Surroundings around, KeyFile keys, Path file, FileChannel channel) {
    this.settings = settings;
    this.around = around;
    this.keys = keys;
    this.file = file;
    this.channel = channel;
    this.chain = new byte[AuditLines.CHAIN_BYTES];
  }

  /** Begins a log: the first file, whose key is the root. */
  static ChainWriter begin(AuditSettings settings, Surroundings around, KeyFile keys)
      throws IOException {
    Path file = AuditFiles.next(settings.directory(), around.clock().instant());
    ChainWriter writer = new ChainWriter(settings, around, keys, file, create(file));
    writer.sequence = 1;
    writer.genesis();
    return writer;
  }

  /**
   * Goes on after {@code tail}: in its file, cut back to its good lines, or in a new one when lines
   * before its last checkpoint were changed, which stay as they are.
   */
  static ChainWriter resume(
      AuditSettings settings, Surroundings around, KeyFile keys, Tail tail, boolean newFile)
      throws IOException {
    Path file = tail.file();
    if (newFile) {
      file = AuditFiles.next(settings.directory(), around.clock().instant());
    }
    ChainWriter writer =
        new ChainWriter(settings, around, keys, file, newFile ? create(file) : open(file));
    writer.sequence = tail.nextSequence();
    writer.chain = tail.chain();
    if (newFile) {
      writer.genesis();
    } else {
      writer.length = tail.length();
      writer.channel.truncate(tail.length());
      writer.channel.position(tail.length());
      writer.unsigned = tail.unsignedEvents();
      writer.unsynced = true;
    }
    return writer;
  }

  private static FileChannel create(Path file) throws IOException {
    return FileChannel.open(
        file,
        Set.of(StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW),
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
  }

  private static FileChannel open(Path file) throws IOException {
    return FileChannel.open(file, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);
  }

  private void genesis() throws IOException {
    AuditLines.Origin origin =
        new AuditLines.Origin(around.database(), keys.current().publicKey(), chain);
    byte[] json =
        AuditLines.genesis(String.valueOf(file.getFileName()), sequence, micros(), origin);
    length = 0;
    write(json);
    sync();
    AuditFiles.syncDirectory(settings.directory());
  }

  /** Appends the events, in order. */
  void append(List<AuditEvent> events) throws IOException {
    ByteArrayOutputStream lines = new ByteArrayOutputStream();
    byte[] head = chain;
    long next = sequence;
    long now = micros();
    for (AuditEvent event : events) {
      byte[] json = AuditLines.event(event, next++, now);
      head = AuditLines.chain(head, json);
      lines.writeBytes(AuditLines.line(json, head));
    }
    writeFully(lines.toByteArray());
    chain = head;
    sequence = next;
    unsigned += events.size();
    if (unsigned >= CHECKPOINT_EVENTS) {
      checkpoint();
    }
    Instant clock = around.clock().instant();
    boolean laterDay = AuditFiles.day(clock).compareTo(AuditFiles.day(file)) > 0;
    if (length >= settings.maxFileBytes() || laterDay) {
      rotate();
    }
  }

  /** Signs what is not signed yet, and destroys the key that did it. */
  void checkpoint() throws IOException {
    if (unsigned == 0) {
      return;
    }
    SigningKey next = keys.prepareNext();
    String publicKey = next.publicKey();
    long commit = around.commits().getAsLong();
    byte[] message = AuditLines.unsigned(sequence - 1, chain, commit, publicKey);
    String signature = keys.current().sign(message);
    byte[] json = AuditLines.signed(sequence - 1, chain, commit, publicKey, signature);
    write(json);
    sync();
    keys.advance(next);
    unsigned = 0;
    around.anchor().accept(new String(json, java.nio.charset.StandardCharsets.US_ASCII));
  }

  private void rotate() throws IOException {
    checkpoint();
    channel.close();
    file = AuditFiles.next(settings.directory(), around.clock().instant());
    channel = create(file);
    genesis();
    Retention.apply(settings, around.clock().instant());
  }

  private void write(byte[] json) throws IOException {
    byte[] head = AuditLines.chain(chain, json);
    writeFully(AuditLines.line(json, head));
    chain = head;
  }

  private void writeFully(byte[] lines) throws IOException {
    unsynced = true;
    ByteBuffer bytes = ByteBuffer.wrap(lines);
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
    length += lines.length;
  }

  /** Makes everything appended so far safe. */
  void sync() throws IOException {
    if (unsynced) {
      channel.force(false);
      unsynced = false;
    }
  }

  boolean hasUnsynced() {
    return unsynced;
  }

  boolean hasUnsigned() {
    return unsigned > 0;
  }

  /** Chain of the last line. */
  byte[] head() {
    return chain.clone();
  }

  /** Number of the last event. */
  long lastSequence() {
    return sequence - 1;
  }

  private long micros() {
    return ChronoUnit.MICROS.between(Instant.EPOCH, around.clock().instant());
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }

  /** The last file that has a genesis; files after it, made in a crash, are removed. */
  static @Nullable Tail lastTail(Path directory) throws IOException {
    List<Path> files = AuditFiles.list(directory);
    for (int i = files.size() - 1; i >= 0; i--) {
      Tail tail = Tail.of(files.get(i));
      if (tail != null) {
        return tail;
      }
      // Only the newest may be without: the process ended before its first line was safe.
      if (i != files.size() - 1) {
        return null;
      }
      Files.move(
          files.get(i),
          files.get(i).resolveSibling(files.get(i).getFileName() + ".unfinished"),
          java.nio.file.StandardCopyOption.REPLACE_EXISTING);
    }
    return null;
  }
}
