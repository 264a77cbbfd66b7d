package dev.holdfast.broker.tls;

import io.netty.channel.ChannelHandlerContext;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * TLS 1.3 for the listeners, by files that may be replaced while the broker runs.
 *
 * <p>{@link #poll} belongs to one thread at a time, and not to an event loop, since it reads files;
 * everything else may be called by any thread.
 */
public final class ServerTls {

  private static final Logger LOG = LoggerFactory.getLogger(ServerTls.class);
  private static final int RETRY_POLLS = 60;

  private final TlsFiles files;
  private final Clock clock;
  private final ExpiryWarnings expiry = new ExpiryWarnings();
  private volatile TlsMaterial material;

  // Of poll().
  private FileStamps read;
  private @Nullable FileStamps settling;
  private String complaint = "";
  private int pollsUntilRetry;

  private ServerTls(TlsFiles files, Clock clock, FileStamps read, TlsMaterial material) {
    this.files = files;
    this.clock = clock;
    this.read = read;
    this.material = material;
  }

  /**
   * Reads the files.
   *
   * @throws TlsException they cannot be used
   */
  public static ServerTls open(TlsFiles files, Clock clock) throws TlsException {
    FileStamps stamps = FileStamps.of(files);
    Instant now = clock.instant();
    ServerTls tls = new ServerTls(files, clock, stamps, TlsMaterial.read(files, now));
    tls.expiry.look(tls.material.certificates(), now);
    return tls;
  }

  /**
   * A certificate that is served.
   *
   * @param file it came from
   * @param endsMs when it ends, epoch milliseconds
   */
  public record Served(Path file, long endsMs) {}

  /** The certificates that new connections get. Any thread. */
  public List<Served> served() {
    return material.certificates().stream()
        .map(one -> new Served(one.file(), one.leaf().getNotAfter().getTime()))
        .toList();
  }

  /** When the first of them ends, epoch milliseconds. Any thread. */
  public long certificateEndsMs() {
    return served().stream().mapToLong(Served::endsMs).min().orElse(0);
  }

  /**
   * Puts TLS into a channel, in front of a handler. On the channel's event loop, before the channel
   * has read anything.
   *
   * @param handshakeTimeoutMs after which the channel is closed
   * @param secured called when the handshake is done, before any data come, with the client's
   *     certificate and its chain; empty when it showed none. When the handshake fails, the channel
   *     is closed
   */
  public void secure(
      ChannelHandlerContext next, int handshakeTimeoutMs, Consumer<List<X509Certificate>> secured) {
    RecordLayer records = new RecordLayer(material.context().newEngine(next.alloc()));
    records.setHandshakeTimeoutMillis(handshakeTimeoutMs);
    next.pipeline()
        .addBefore(next.name(), "tls", records)
        .addBefore(next.name(), "gate", new Gate(records, secured));
  }

  /** Whether a client that has shown this chain may not stay. */
  public boolean isRevoked(List<X509Certificate> chain) {
    return material.revocations().map(r -> r.isRevoked(chain)).orElse(false);
  }

  /**
   * Looks whether a file has changed. What has is read when it stayed the same from one call to the
   * next, for certificate and key are two files; if it cannot be used, the log says why and what
   * was read before stays. To be called every second.
   *
   * @return whether there is something new: clients may be revoked
   */
  public boolean poll() {
    Instant now = clock.instant();
    expiry.look(material.certificates(), now);
    FileStamps stamps = FileStamps.of(files);
    if (stamps.equals(read)) {
      settling = null;
      // The files are as they were when they could not be used; the time is another.
      return !complaint.isEmpty() && --pollsUntilRetry <= 0 && reload(stamps, now);
    }
    if (!Objects.equals(stamps, settling)) {
      settling = stamps;
      return false;
    }
    settling = null;
    return reload(stamps, now);
  }

  private boolean reload(FileStamps stamps, Instant now) {
    boolean again = stamps.equals(read);
    read = stamps;
    pollsUntilRetry = RETRY_POLLS;
    try {
      material = TlsMaterial.read(files, now);
      complaint = "";
      ServerCertificate first = material.certificates().get(0);
      LOG.info(
          "TLS files read again: certificate {} until {}, {} for other hosts",
          first.leaf().getSerialNumber().toString(16),
          first.leaf().getNotAfter().toInstant(),
          material.certificates().size() - 1);
      return true;
    } catch (TlsException | RuntimeException e) {
      String why = String.valueOf(e.getMessage());
      boolean said = again && why.equals(complaint);
      complaint = why;
      if (!said) {
        LOG.error("TLS files have changed and cannot be used; those from before stay: {}", why);
      }
      return false;
    }
  }
}
