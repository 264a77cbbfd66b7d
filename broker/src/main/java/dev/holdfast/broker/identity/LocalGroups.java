package dev.holdfast.broker.identity;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which users of this host belong to which groups besides the one that the kernel tells, by the
 * files {@code passwd} and {@code group}. Any thread may ask; {@link #refresh} reads files.
 *
 * <p>Java has no way to the name service; groups that only a directory knows have to be given as a
 * user's own group, or by a role of the rules.
 */
public final class LocalGroups {
  /** One that knows none. */
  public static final LocalGroups NONE = new LocalGroups(Path.of("/nowhere"));

  private static final Logger LOG = LoggerFactory.getLogger(LocalGroups.class);
  private static final String PREFIX = "gid:";
  private static final int GROUP_FIELDS = 4;

  private final Path passwd;
  private final Path group;
  private volatile Map<Long, Set<String>> byUid = Map.of();

  /** The thread that refreshes. */
  private List<FileTime> read = List.of();

  /** Of the files in this directory. */
  public LocalGroups(Path directory) {
    this.passwd = directory.resolve("passwd");
    this.group = directory.resolve("group");
  }

  /** The groups of a peer, as rules write them. */
  Set<String> of(long uid, long gid) {
    Set<String> others = byUid.getOrDefault(uid, Set.of());
    if (gid < 0 || others.contains(PREFIX + gid)) {
      return others;
    }
    Set<String> all = new HashSet<>(others);
    all.add(PREFIX + gid);
    return all;
  }

  /** Reads the files when they have changed. One thread. */
  public void refresh() {
    try {
      if (!Files.isReadable(passwd) || !Files.isReadable(group)) {
        byUid = Map.of();
        return;
      }
      List<FileTime> times =
          List.of(Files.getLastModifiedTime(passwd), Files.getLastModifiedTime(group));
      if (!times.equals(read)) {
        byUid = load();
        read = times;
      }
    } catch (IOException e) {
      LOG.warn("the groups of this host's users stay as they were: {}", e.toString());
    }
  }

  private Map<Long, Set<String>> load() throws IOException {
    Map<String, Long> uids = new HashMap<>();
    for (String line : Files.readAllLines(passwd, StandardCharsets.ISO_8859_1)) {
      String[] fields = line.split(":", -1);
      if (fields.length > 2 && isNumber(fields[2])) {
        uids.put(fields[0], Long.parseLong(fields[2]));
      }
    }
    Map<Long, Set<String>> groups = new HashMap<>();
    for (String line : Files.readAllLines(group, StandardCharsets.ISO_8859_1)) {
      String[] fields = line.split(":", -1);
      if (fields.length == GROUP_FIELDS && isNumber(fields[2])) {
        for (String name : fields[GROUP_FIELDS - 1].split(",")) {
          Long uid = uids.get(name);
          if (uid != null) {
            groups.computeIfAbsent(uid, unknown -> new HashSet<>()).add(PREFIX + fields[2]);
          }
        }
      }
    }
    groups.replaceAll((uid, of) -> Set.copyOf(of));
    return Map.copyOf(groups);
  }

  private static boolean isNumber(String text) {
    return !text.isEmpty()
        && text.length() <= 10
        && text.chars().allMatch(c -> c >= '0' && c <= '9');
  }
}
