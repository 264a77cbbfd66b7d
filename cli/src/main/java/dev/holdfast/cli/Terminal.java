package dev.holdfast.cli;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The terminal of this process, by {@code stty} and the escape sequences that every terminal has
 * understood for decades. While one is open, keys come one by one and the screen is another one;
 * {@link #close} gives back what was there, and so does the end of the process by a signal.
 */
final class Terminal implements AutoCloseable {
  private static final File DEVICE = new File("/dev/tty");
  private static final String OTHER_SCREEN = "\u001b[?1049h\u001b[?25l\u001b[2J";
  private static final String OLD_SCREEN = "\u001b[0m\u001b[?25h\u001b[?1049l";
  private static final int ROWS = 24;
  private static final int COLUMNS = 80;

  private final PrintStream out;
  private final String before;
  private final InputStream keys;
  private final Thread atExit = new Thread(this::restore, "terminal");
  private boolean restored;

  private Terminal(PrintStream out, String before, InputStream keys) {
    this.out = out;
    this.before = before;
    this.keys = keys;
  }

  /**
   * A size in characters.
   *
   * @param rows lines
   * @param columns characters of a line
   */
  record Size(int rows, int columns) {}

  /** Whether this of the process's descriptors (1 output, 2 errors) is a terminal. */
  static boolean is(int descriptor) {
    ProcessBuilder test = new ProcessBuilder("test", "-t", String.valueOf(descriptor)).inheritIO();
    try {
      return test.start().waitFor() == 0;
    } catch (IOException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /** Takes the terminal over. */
  static Terminal open(PrintStream out) throws IOException {
    String before = stty("-g").strip();
    stty("-icanon", "-echo", "min", "0", "time", "1");
    Terminal terminal = new Terminal(out, before, Files.newInputStream(Path.of(DEVICE.getPath())));
    Runtime.getRuntime().addShutdownHook(terminal.atExit);
    out.print(OTHER_SCREEN);
    out.flush();
    return terminal;
  }

  private static String stty(String... arguments) throws IOException {
    List<String> command = new ArrayList<>(List.of("stty"));
    command.addAll(List.of(arguments));
    Process process =
        new ProcessBuilder(command)
            .redirectInput(DEVICE)
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    try {
      String answer = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (process.waitFor() != 0) {
        throw new IOException("stty cannot set the terminal");
      }
      return answer;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  /** Its size now; the usual one when it does not tell. */
  Size size() {
    try {
      String[] words = stty("size").strip().split(" ");
      int rows = Integer.parseInt(words[0]);
      int columns = Integer.parseInt(words[1]);
      return rows > 0 && columns > 0 ? new Size(rows, columns) : new Size(ROWS, COLUMNS);
    } catch (IOException | NumberFormatException | ArrayIndexOutOfBoundsException e) {
      return new Size(ROWS, COLUMNS);
    }
  }

  /** The next byte of a key, or -1 when none has come within a tenth of a second. */
  int key() throws IOException {
    return keys.read();
  }

  /** Fills the screen with these lines, which are escaped and no longer than it is wide. */
  void draw(List<String> lines, int rows) {
    StringBuilder screen = new StringBuilder("\u001b[H");
    for (int i = 0; i < Math.min(lines.size(), rows); i++) {
      screen.append(i == 0 ? "" : "\r\n").append(lines.get(i)).append("\u001b[0m\u001b[K");
    }
    out.print(screen.append("\u001b[J"));
    out.flush();
  }

  private synchronized void restore() {
    if (restored) {
      return;
    }
    restored = true;
    out.print(OLD_SCREEN);
    out.flush();
    try {
      stty(before);
    } catch (IOException e) {
      // The terminal is gone, and nobody sees what it is like.
      out.checkError();
    }
  }

  @Override
  public void close() throws IOException {
    restore();
    keys.close();
    try {
      Runtime.getRuntime().removeShutdownHook(atExit);
    } catch (IllegalStateException ending) {
      // The process is ending, and the hook has done it.
      out.flush();
    }
  }
}
