package dev.holdfast.cli.text;

import java.util.ArrayList;
import java.util.List;

/**
 * Rows under a heading, each column as wide as its widest cell: no borders, so that {@code awk} can
 * read it too. Numbers stand to the right. Cells are escaped here, whoever filled them.
 */
public final class Columns {
  private static final String GAP = "  ";

  private final List<String> headings;
  private final List<List<String>> rows = new ArrayList<>();

  /** A table with these headings; a heading that starts with {@code >} stands to the right. */
  public Columns(String... headings) {
    this.headings = List.of(headings);
  }

  /** Adds one row; it needs as many cells as there are headings. */
  public void add(String... cells) {
    if (cells.length != headings.size()) {
      throw new IllegalArgumentException("a row needs " + headings.size() + " cells");
    }
    List<String> row = new ArrayList<>(cells.length);
    for (String cell : cells) {
      row.add(Escapes.line(cell));
    }
    rows.add(row);
  }

  /** The lines, heading first, without trailing blanks, each ended by a line feed. */
  public String render() {
    int[] widths = new int[headings.size()];
    List<String> titles = new ArrayList<>(widths.length);
    for (int i = 0; i < widths.length; i++) {
      titles.add(alignsRight(i) ? headings.get(i).substring(1) : headings.get(i));
      widths[i] = titles.get(i).length();
      for (List<String> row : rows) {
        widths[i] = Math.max(widths[i], width(row.get(i)));
      }
    }
    StringBuilder out = new StringBuilder();
    appendRow(out, titles, widths);
    for (List<String> row : rows) {
      appendRow(out, row, widths);
    }
    return out.toString();
  }

  private boolean alignsRight(int column) {
    return headings.get(column).startsWith(">");
  }

  private void appendRow(StringBuilder out, List<String> cells, int[] widths) {
    StringBuilder line = new StringBuilder();
    for (int i = 0; i < widths.length; i++) {
      String pad = " ".repeat(widths[i] - width(cells.get(i)));
      line.append(i == 0 ? "" : GAP);
      line.append(alignsRight(i) ? pad + cells.get(i) : cells.get(i) + pad);
    }
    out.append(line.toString().stripTrailing()).append('\n');
  }

  private static int width(String cell) {
    return cell.codePointCount(0, cell.length());
  }
}
