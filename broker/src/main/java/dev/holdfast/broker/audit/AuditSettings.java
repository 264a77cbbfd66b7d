package dev.holdfast.broker.audit;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * How the log is kept.
 *
 * @param directory of its files, made with mode 0700
 * @param maxFileBytes after which a new file begins
 * @param retention after which whole files are deleted
 * @param onFull what happens when it cannot be written
 * @param anchorFile where each checkpoint is appended as well, outside the data directory
 */
public record AuditSettings(
    Path directory,
    long maxFileBytes,
    Duration retention,
    OnFull onFull,
    Optional<Path> anchorFile) {

  /** What happens when no record can be written. */
  public enum OnFull {
    /** Administration and reading of messages are refused; clients go on. */
    DENY_ADMIN,
    /** The broker ends. */
    STOP,
    /** Everything goes on; what was not recorded is counted. */
    DROP
  }
}
