package dev.holdfast.cli;

import dev.holdfast.cli.TopState.Order;
import dev.holdfast.cli.TopState.Row;
import dev.holdfast.cli.text.Columns;
import dev.holdfast.cli.text.Escapes;
import dev.holdfast.cli.text.Json;
import dev.holdfast.cli.text.JsonObject;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;

/** The screen of {@code top}: draws, and does what keys say. One thread. */
final class TopScreen {
  private static final int HEAD_LINES = 2;
  private static final int ESCAPE = 27;
  private static final int ENTER = 10;
  private static final int BACKSPACE = 127;

  private final Terminal terminal;
  private final BrokerApi broker;
  private final LongSupplier nanoTime;
  private final TopState state = new TopState();
  private Order order = Order.BACKLOG;
  private String filter = "";
  private boolean typing;
  private boolean over;
  private boolean stale = true;

  /** Of the queue that the cursor is on; it stays on it when rows change places. */
  private String chosen = "";

  /** The queue that is looked into; empty: all are shown. */
  private String inside = "";

  /** Lines of it above the screen. */
  private int scrolled;

  private String problem = "";
  private JsonObject details = new JsonObject(Map.of());

  TopScreen(Terminal terminal, BrokerApi broker, LongSupplier nanoTime) {
    this.terminal = terminal;
    this.broker = broker;
    this.nanoTime = nanoTime;
  }

  void run(Order first, String wanted, long intervalMs, int looks) throws IOException {
    order = first;
    filter = wanted;
    long next = nanoTime.getAsLong();
    for (int looked = 0; !over; ) {
      if (stale || nanoTime.getAsLong() - next >= 0) {
        if (looks > 0 && looked++ == looks) {
          return;
        }
        stale = false;
        next = nanoTime.getAsLong() + intervalMs * 1_000_000;
        look();
      }
      draw();
      int key = terminal.key();
      while (key >= 0 && !over) {
        press(key);
        key = terminal.key();
      }
    }
  }

  /** A broker that does not answer is no reason to go: it may come back. */
  private void look() {
    try {
      state.update(TopState.fetch(broker), Instant.now(), nanoTime.getAsLong());
      if (!inside.isEmpty()) {
        details =
            broker.get(
                inside.contains("::")
                    ? BrokerApi.subscription(inside, "")
                    : BrokerApi.queue(inside, ""));
      }
      problem = "";
    } catch (CommandFailure e) {
      problem = e.reason();
    } catch (IOException e) {
      problem = String.valueOf(e.getMessage());
    }
  }

  private void press(int key) throws IOException {
    if (key == ESCAPE) {
      escape();
    } else if (typing) {
      type(key);
    } else {
      command(key);
    }
  }

  /** A key that sends a sequence (an arrow), or the one that is alone. */
  private void escape() throws IOException {
    int second = terminal.key();
    if (second == '[' || second == 'O') {
      int third = terminal.key();
      if (third == 'A' || third == 'B') {
        move(third == 'A' ? -1 : 1);
      }
    } else if (typing || inside.isEmpty()) {
      typing = false;
      filter = "";
    } else {
      inside = "";
    }
  }

  private void type(int key) {
    if (key == ENTER || key == '\r') {
      typing = false;
    } else if (key == BACKSPACE || key == '\b') {
      filter = filter.isEmpty() ? "" : filter.substring(0, filter.length() - 1);
    } else if (key >= ' ') {
      filter += (char) key;
    }
  }

  private void command(int key) {
    switch (key) {
      case 'q', 'Q' -> over = true;
      case 's', '>' -> order = order.plus(1);
      case '<' -> order = order.plus(-1);
      case '/' -> typing = inside.isEmpty();
      case 'j' -> move(1);
      case 'k' -> move(-1);
      case 'b' -> inside = "";
      case ' ' -> stale = true;
      case ENTER, '\r' -> {
        List<Row> rows = state.rows(filter, order);
        if (!rows.isEmpty()) {
          inside = rows.get(at(rows)).name();
          scrolled = 0;
          details = new JsonObject(Map.of());
          stale = true;
        }
      }
      default -> {}
    }
  }

  private int at(List<Row> rows) {
    for (int i = 0; i < rows.size(); i++) {
      if (rows.get(i).name().equals(chosen)) {
        return i;
      }
    }
    return 0;
  }

  private void move(int by) {
    if (!inside.isEmpty()) {
      scrolled = Math.max(0, scrolled + by);
      return;
    }
    List<Row> rows = state.rows(filter, order);
    if (!rows.isEmpty()) {
      chosen = rows.get(Math.max(0, Math.min(rows.size() - 1, at(rows) + by))).name();
    }
  }

  private void draw() {
    Terminal.Size size = terminal.size();
    List<String> lines = new ArrayList<>();
    List<Row> rows = state.rows(filter, order);
    if (inside.isEmpty()) {
      lines.add(cut(summary(rows), size));
      lines.add(cut(hints(), size));
      list(lines, rows, size);
    } else {
      lines.add(cut("holdfast top: " + Escapes.line(inside), size));
      lines.add(cut(problem.isEmpty() ? "Esc or b: back   q: end" : Escapes.line(problem), size));
      inside(lines, size);
    }
    terminal.draw(lines, size.rows());
  }

  private String summary(List<Row> rows) {
    long messages = rows.stream().mapToLong(Row::messages).sum();
    long dead = rows.stream().mapToLong(Row::dead).sum();
    return "holdfast top: "
        + rows.size()
        + " nodes, "
        + messages
        + " messages, "
        + dead
        + " dead, sorted by "
        + order.word();
  }

  private String hints() {
    if (typing) {
      return "filter: " + Escapes.line(filter) + "_";
    }
    if (!problem.isEmpty()) {
      return Escapes.line(problem);
    }
    return "q: end   s: sort   /: filter   Enter: look into"
        + (filter.isEmpty() ? "" : "   filter: " + Escapes.line(filter));
  }

  private void list(List<String> lines, List<Row> rows, Terminal.Size size) {
    int room = Math.max(1, size.rows() - HEAD_LINES - 1);
    int at = at(rows);
    int from = Math.max(0, Math.min(at - room / 2, rows.size() - room));
    List<Row> shown = rows.subList(from, Math.min(rows.size(), from + room));
    List<String> table = TopCommand.table(shown).lines().toList();
    for (int i = 0; i < table.size(); i++) {
      String line = cut(table.get(i), size);
      lines.add(i > 0 && from + i - 1 == at ? "\u001b[7m" + line : line);
    }
  }

  private void inside(List<String> lines, Terminal.Size size) {
    Columns columns = new Columns("FIELD", "VALUE");
    for (Map.Entry<?, ?> field : details.fields().entrySet()) {
      Object value = field.getValue();
      columns.add(
          String.valueOf(field.getKey()),
          value == null ? "-" : value instanceof String text ? text : Json.compact(value));
    }
    List<String> all = columns.render().lines().toList();
    scrolled = Math.max(0, Math.min(scrolled, all.size() - (size.rows() - HEAD_LINES)));
    all.subList(scrolled, all.size()).forEach(line -> lines.add(cut(line, size)));
  }

  private static String cut(String line, Terminal.Size size) {
    return line.codePointCount(0, line.length()) <= size.columns()
        ? line
        : line.substring(0, line.offsetByCodePoints(0, size.columns()));
  }
}
