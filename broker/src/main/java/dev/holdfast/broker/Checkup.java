package dev.holdfast.broker;

import com.sun.management.UnixOperatingSystemMXBean;
import dev.holdfast.broker.config.BrokerConfig;
import dev.holdfast.broker.config.HostPort;
import dev.holdfast.broker.management.Finding;
import dev.holdfast.broker.tls.ServerTls;
import dev.holdfast.storage.keys.SecureFiles;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * Looks at what surrounds a running broker: files, clock, limits, settings, certificates. Reads and
 * writes files, so that it belongs on a worker; any thread.
 */
final class Checkup {
  private static final int SYNCS = 9;
  private static final int SYNC_BYTES = 4_096;
  private static final long SLOW_SYNC_MS = 25;
  private static final long FEW_FILES = 4_096;
  private static final Duration SOON = Duration.ofDays(30);
  private static final Duration AHEAD = Duration.ofMinutes(5);

  /** Nobody has run this broker earlier. */
  private static final Instant EARLIEST = Instant.parse("2026-01-01T00:00:00Z");

  private static final Set<PosixFilePermission> OF_OTHERS =
      EnumSet.of(
          PosixFilePermission.OTHERS_READ,
          PosixFilePermission.OTHERS_WRITE,
          PosixFilePermission.OTHERS_EXECUTE);

  private final BrokerConfig config;
  private final Optional<ServerTls> tls;
  private final Clock clock;

  Checkup(BrokerConfig config, Optional<ServerTls> tls, Clock clock) {
    this.config = config;
    this.tls = tls;
    this.clock = clock;
  }

  List<Finding> examine() {
    List<Finding> findings = new ArrayList<>();
    findings.add(time());
    permissions(findings);
    findings.add(openFiles());
    findings.add(syncs());
    settings(findings);
    certificates(findings);
    return findings;
  }

  private Finding time() {
    Instant now = clock.instant();
    if (now.isBefore(EARLIEST)) {
      return Finding.fail(
          "clock",
          "the clock says " + now + ", which cannot be",
          "set the clock, and let a time service keep it");
    }
    try {
      Instant written = Files.getLastModifiedTime(config.dataDirectory()).toInstant();
      if (written.isAfter(now.plus(AHEAD))) {
        return Finding.warn(
            "clock",
            "the data directory was changed at " + written + ", but the clock says " + now,
            "find out which of them is wrong; expiry and delays go by the clock");
      }
    } catch (IOException e) {
      return unreadable("clock", config.dataDirectory(), e);
    }
    return Finding.ok("clock", "the clock says " + now);
  }

  private static Finding unreadable(String check, Path path, IOException e) {
    return Finding.fail(
        check, path + " cannot be examined: " + e, "see whether the disk is still there");
  }

  private void permissions(List<Finding> findings) {
    Set<PosixFilePermission> ofGroupToo = EnumSet.copyOf(OF_OTHERS);
    ofGroupToo.add(PosixFilePermission.GROUP_READ);
    ofGroupToo.add(PosixFilePermission.GROUP_WRITE);
    ofGroupToo.add(PosixFilePermission.GROUP_EXECUTE);
    List<Finding> bad = new ArrayList<>();
    without(config.dataDirectory(), ofGroupToo, "chmod 700", bad);
    config.store().keyFile().ifPresent(key -> closed(key, bad));
    without(
        config.socketDirectory(), EnumSet.of(PosixFilePermission.OTHERS_WRITE), "chmod o-w", bad);
    without(config.amqpSocket(), OF_OTHERS, "chmod 660", bad);
    without(config.adminSocket(), OF_OTHERS, "chmod 660", bad);
    findings.addAll(
        bad.isEmpty()
            ? List.of(Finding.ok("permissions", "data, keys and sockets are closed to others"))
            : bad);
  }

  /** By the rule of the start. */
  private static void closed(Path key, List<Finding> bad) {
    try {
      if (SecureFiles.openToOthers(key)) {
        bad.add(
            Finding.fail(
                "permissions", key + " may be read or written by others", "chmod 600 " + key));
      }
    } catch (IOException e) {
      bad.add(unreadable("permissions", key, e));
    }
  }

  private static void without(
      Path path, Set<PosixFilePermission> unwanted, String remedy, List<Finding> bad) {
    try {
      Set<PosixFilePermission> there = Files.getPosixFilePermissions(path);
      if (there.stream().anyMatch(unwanted::contains)) {
        bad.add(
            Finding.fail(
                "permissions",
                path + " has the mode " + PosixFilePermissions.toString(there),
                remedy + " " + path));
      }
    } catch (IOException e) {
      bad.add(unreadable("permissions", path, e));
    }
  }

  private static Finding openFiles() {
    if (!(ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix)) {
      return Finding.ok("open-files", "the system does not tell its limit");
    }
    long most = unix.getMaxFileDescriptorCount();
    long open = unix.getOpenFileDescriptorCount();
    String message = open + " files are open, " + most + " may be";
    String remedy = "raise the limit (LimitNOFILE= of systemd, ulimit -n) and start again";
    if (open > most / 10 * 9) {
      return Finding.fail("open-files", message, remedy);
    }
    return most < FEW_FILES
        ? Finding.warn("open-files", message + "; each connection takes one", remedy)
        : Finding.ok("open-files", message);
  }

  /** Measured where the data lies, with a file of its own that is deleted. */
  private Finding syncs() {
    long[] nanos = new long[SYNCS];
    try {
      Path file = Files.createTempFile(config.dataDirectory(), "doctor", ".tmp");
      try (FileChannel channel =
          FileChannel.open(file, StandardOpenOption.WRITE, StandardOpenOption.DELETE_ON_CLOSE)) {
        for (int i = 0; i < SYNCS; i++) {
          channel.write(ByteBuffer.allocate(SYNC_BYTES));
          long start = System.nanoTime();
          channel.force(false);
          nanos[i] = System.nanoTime() - start;
        }
      }
    } catch (IOException e) {
      return unreadable("sync", config.dataDirectory(), e);
    }
    Arrays.sort(nanos);
    long median = nanos[SYNCS / 2];
    String message =
        String.format(
            java.util.Locale.ROOT,
            "a sync of the data directory takes %.1f ms (median of %d)",
            median / 1e6,
            SYNCS);
    String remedy = "put the data on a faster disk; every message waits for a sync";
    return median > TimeUnit.MILLISECONDS.toNanos(SLOW_SYNC_MS)
        ? Finding.warn("sync", message, remedy)
        : Finding.ok("sync", message);
  }

  private void settings(List<Finding> findings) {
    List<Finding> bad = new ArrayList<>();
    open("amqp.listen", config.amqp().listen(), bad);
    open("websocket.listen", config.webSocket().listen(), bad);
    config
        .store()
        .keyFile()
        .map(key -> key.toAbsolutePath().normalize())
        .filter(key -> key.startsWith(config.dataDirectory().toAbsolutePath().normalize()))
        .ifPresent(
            key ->
                bad.add(
                    Finding.warn(
                        "settings",
                        "the key file " + key + " lies in the data directory it protects",
                        "keep the key elsewhere, and set store.key-file")));
    findings.addAll(
        bad.isEmpty() ? List.of(Finding.ok("settings", "nothing is open to other hosts")) : bad);
  }

  private static void open(String key, Optional<HostPort> at, List<Finding> bad) {
    at.filter(address -> !address.loopback())
        .ifPresent(
            address ->
                bad.add(
                    Finding.warn(
                        "settings",
                        key + " is " + address + ": other hosts can reach it without TLS",
                        "serve TLS (tls.listen) there instead")));
  }

  private void certificates(List<Finding> findings) {
    if (tls.isEmpty()) {
      return;
    }
    Instant now = clock.instant();
    List<Finding> bad = new ArrayList<>();
    for (ServerTls.Served served : tls.get().served()) {
      Instant ends = Instant.ofEpochMilli(served.endsMs());
      String remedy = "put a new certificate and its key in their place; they are read again";
      if (ends.isBefore(now)) {
        bad.add(Finding.fail("certificate", served.file() + " has ended at " + ends, remedy));
      } else if (ends.isBefore(now.plus(SOON))) {
        bad.add(Finding.warn("certificate", served.file() + " ends at " + ends, remedy));
      }
    }
    findings.addAll(
        bad.isEmpty()
            ? List.of(Finding.ok("certificate", "no certificate ends within 30 days"))
            : bad);
  }
}
