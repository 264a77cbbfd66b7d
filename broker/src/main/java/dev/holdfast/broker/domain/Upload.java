package dev.holdfast.broker.domain;

/**
 * What follows the first sections of a large message, handed to the domain in parts while it
 * arrives ({@link OwnerCommand.StorePart}), so that it is nowhere in memory as a whole. It belongs
 * to the message that names it; one that no message ever names is given up by {@link
 * OwnerCommand.DropUpload}.
 *
 * <p>Filled by the edge until the message is handed in; the owner knows it by its identity.
 */
public final class Upload {
  private long bytes;

  /** The edge hands in a part of so many bytes. */
  public void add(int more) {
    bytes += more;
  }

  /** Bytes of all parts. */
  public long bytes() {
    return bytes;
  }
}
