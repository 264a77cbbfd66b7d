package dev.holdfast.broker.audit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Finds records in the log's files. Reads, so it blocks; does not verify.
 *
 * @param after records with a higher sequence only; -1: the latest that fit
 * @param fromMicros time of the earliest, in microseconds since the epoch
 * @param untilMicros time before which they are
 * @param event the name, or the beginning of one that ends with a full stop
 * @param outcome {@code ok}, {@code deny} or {@code error}
 * @param principal exactly
 * @param resource exactly
 * @param limit how many at most
 */
public record AuditQuery(
    long after,
    long fromMicros,
    long untilMicros,
    @Nullable String event,
    @Nullable String outcome,
    @Nullable String principal,
    @Nullable String resource,
    int limit) {

  private static final JsonMapper JSON = new JsonMapper();

  /** What fits, in order. */
  public List<ObjectNode> run(Path directory) throws IOException {
    Deque<ObjectNode> found = new ArrayDeque<>();
    for (Path file : candidates(AuditFiles.list(directory))) {
      try (LineInput in = new LineInput(file)) {
        for (byte[] bytes = in.next(); bytes != null; bytes = in.next()) {
          ObjectNode event = fitting(bytes);
          if (event != null) {
            found.add(event);
            if (found.size() > limit) {
              found.removeFirst();
            }
            if (after >= 0 && found.size() == limit) {
              return new ArrayList<>(found);
            }
          }
        }
      } catch (NoSuchFileException deleted) {
        // Its retention ended meanwhile.
      }
    }
    return new ArrayList<>(found);
  }

  /** Without the files that end before what is asked for: a reader of the end comes often. */
  private List<Path> candidates(List<Path> files) throws IOException {
    for (int i = files.size() - 1; i > 0 && after >= 0; i--) {
      try (LineInput in = new LineInput(files.get(i))) {
        byte[] first = in.next();
        LineInput.Line genesis = first == null ? null : LineInput.parse(first);
        if (genesis != null && JSON.readTree(genesis.json()).path("seq").asLong() <= after + 1) {
          return files.subList(i, files.size());
        }
      }
    }
    return files;
  }

  private @Nullable ObjectNode fitting(byte[] bytes) throws IOException {
    LineInput.Line line = LineInput.parse(bytes);
    if (line == null || line.isCheckpoint() || line.isGenesis()) {
      return null;
    }
    JsonNode node = JSON.readTree(line.json());
    long time = node.path("ts").asLong();
    boolean fits =
        node.path("seq").asLong() > after
            && time >= fromMicros
            && time < untilMicros
            && (outcome == null || outcome.equals(node.path("out").asText()))
            && (principal == null || principal.equals(node.path("peer").path("p").asText()))
            && (resource == null || resource.equals(node.path("res").asText()))
            && named(node.path("ev").asText());
    return fits && node instanceof ObjectNode object ? object : null;
  }

  private boolean named(String name) {
    return event == null || event.equals(name) || (event.endsWith(".") && name.startsWith(event));
  }
}
