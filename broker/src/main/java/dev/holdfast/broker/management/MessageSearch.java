package dev.holdfast.broker.management;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.holdfast.broker.amqp.json.MessageJson;
import dev.holdfast.broker.domain.MessageFilter;
import dev.holdfast.broker.domain.NodeAdmin.PeekedMessage;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * Looks through the messages of a node for those that pass, page by page, until it has enough, has
 * seen as much as it may, or is at the end. It peeks, and so disturbs nothing; what passes is found
 * out on the workers. One use; pages come one after the other.
 */
final class MessageSearch {
  /** Parameters of a peek that make it a search. */
  private static final Set<String> PARAMETERS =
      Set.of("where", "text", "ignoreCase", "sections", "count", "to", "lookMessages", "lookBytes");

  private static final int MOST_LOOKED = 10_000;
  private static final long MOST_BYTES = 64L << 20;
  private static final int MOST_TEXT = 1_024;
  private static final long ANSWER_BYTES = 8L << 20;
  private static final long PAGE_BYTES = 4L << 20;
  private static final int FIRST_PAGE = 16;
  private static final int LARGEST_PAGE = 1_024;

  private final Wanted wanted;
  private final MessagePages.Source source;
  private final WholeMessage whole;
  private final Executor workers;
  private final MessageJson json = new MessageJson();
  private final ArrayNode found;
  private final ObjectNode answer = Json.object();

  private long next;
  private @Nullable Long seen;
  private long looked;
  private long bytes;
  private long matched;
  private long unsearched;
  private long foundBytes;

  /**
   * What is looked for.
   *
   * @param where null: any
   * @param text null: any
   * @param from first sequence
   * @param to last sequence
   * @param limit most that are found; a count has none
   * @param lookMessages most that are looked at
   * @param lookBytes no more are looked at after so many bytes
   * @param count whether they are counted only
   * @param sections whether they are shown with all their bytes
   */
  record Wanted(
      @Nullable MessageFilter where,
      @Nullable BodyText text,
      long from,
      long to,
      int limit,
      long lookMessages,
      long lookBytes,
      boolean count,
      boolean sections) {

    static boolean by(ApiRequest request) {
      return request.query().keySet().stream().anyMatch(PARAMETERS::contains);
    }

    static Wanted of(ApiRequest request, int limit) {
      String where = request.query().get("where");
      String text = request.query().get("text");
      if (text != null && (text.isEmpty() || text.length() > MOST_TEXT)) {
        throw Json.invalid("the parameter text has 1 to " + MOST_TEXT + " characters");
      }
      return new Wanted(
          where == null ? null : TaskJson.selector(where),
          text == null ? null : new BodyText(text, request.flag("ignoreCase", false)),
          request.number("from", 0, Long.MAX_VALUE, 0),
          request.number("to", 0, Long.MAX_VALUE, Long.MAX_VALUE),
          limit,
          request.number("lookMessages", 1, MOST_LOOKED, MOST_LOOKED),
          request.number("lookBytes", 1, MOST_BYTES, MOST_BYTES),
          request.flag("count", false),
          request.flag("sections", false));
    }
  }

  MessageSearch(Wanted wanted, MessagePages.Source source, WholeMessage whole, Executor workers) {
    this.wanted = wanted;
    this.source = source;
    this.whole = whole;
    this.workers = workers;
    this.found = answer.putArray("messages");
    this.next = wanted.from();
  }

  /** Does it. */
  CompletionStage<ApiAnswer> find() {
    return source
        .fetch(next, pageSize())
        .thenApplyAsync(this::look, workers)
        .thenCompose(over -> over ? CompletableFuture.completedStage(told()) : find());
  }

  private int pageSize() {
    long left = wanted.lookMessages() - looked;
    long fitting = looked == 0 ? FIRST_PAGE : Math.max(1, PAGE_BYTES / Math.max(1, bytes / looked));
    return (int) Math.min(Math.min(left, fitting), LARGEST_PAGE);
  }

  /** Whether that was enough. */
  private boolean look(List<PeekedMessage> page) {
    if (page.isEmpty()) {
      answer.putNull("next");
      return true;
    }
    for (PeekedMessage message : page) {
      long sequence = message.message().sequence();
      if (sequence > wanted.to()) {
        answer.putNull("next");
        return true;
      }
      if (enough()) {
        answer.put("next", sequence);
        return true;
      }
      look(message);
      next = sequence + 1;
      seen = sequence;
    }
    boolean enough = enough();
    if (enough) {
      answer.put("next", next);
    }
    return enough;
  }

  private boolean enough() {
    return looked >= wanted.lookMessages()
        || bytes >= wanted.lookBytes()
        || foundBytes >= ANSWER_BYTES
        || (!wanted.count() && matched >= wanted.limit());
  }

  private void look(PeekedMessage message) {
    looked++;
    bytes += message.message().bytes();
    MessageFilter where = wanted.where();
    if (where != null && !where.matches(message.message(), message.failures())) {
      return;
    }
    BodyText text = wanted.text();
    if (text != null && message.message().blob() != null) {
      unsearched++;
      return;
    }
    if (text != null && !text.isIn(message.message().body())) {
      return;
    }
    matched++;
    if (!wanted.count()) {
      found.add(whole.show(json, message, wanted.sections()));
      foundBytes += message.message().bytes();
    }
  }

  private ApiAnswer told() {
    return ApiAnswer.ok(
        answer
            .put("matched", matched)
            .put("looked", looked)
            .put("lookedBytes", bytes)
            .put("unsearched", unsearched)
            .put("seen", seen));
  }
}
