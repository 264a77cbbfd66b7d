package dev.holdfast.cli.http;

import dev.holdfast.cli.http.AdminException.Reason;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/**
 * Reads one HTTP/1.1 answer (RFC 9112): status line, header fields, and a body by length, in chunks
 * or up to the end of the stream. Every part is bounded, so that a wrong or hostile server costs an
 * error and not the memory.
 */
final class AnswerReader {
  private static final int MAX_LINE_BYTES = 8 * 1024;
  private static final int MAX_HEADER_LINES = 64;
  private static final int LOWEST_STATUS = 200;

  private final InputStream in;
  private final int maxBodyBytes;

  AnswerReader(InputStream in, int maxBodyBytes) {
    this.in = in;
    this.maxBodyBytes = maxBodyBytes;
  }

  HttpAnswer read() throws IOException, AdminException {
    int status = status(line());
    Map<String, String> headers = headers();
    // Interim answers (1xx) precede the real one.
    while (status < LOWEST_STATUS) {
      status = status(line());
      headers = headers();
    }
    return new HttpAnswer(status, body(status, headers));
  }

  private static int status(String line) throws AdminException {
    String[] parts = line.split(" ", 3);
    if (parts.length >= 2
        && parts[0].startsWith("HTTP/1.")
        && parts[1].matches("[1-5][0-9][0-9]")) {
      return Integer.parseInt(parts[1]);
    }
    throw bad("it does not start with an HTTP/1.1 status line");
  }

  private Map<String, String> headers() throws IOException, AdminException {
    Map<String, String> headers = new HashMap<>();
    for (int count = 0; count <= MAX_HEADER_LINES; count++) {
      String line = line();
      if (line.isEmpty()) {
        return headers;
      }
      int colon = line.indexOf(':');
      if (colon <= 0) {
        throw bad("a header line has no name");
      }
      headers.put(
          line.substring(0, colon).toLowerCase(Locale.ROOT), line.substring(colon + 1).strip());
    }
    throw bad("more than " + MAX_HEADER_LINES + " header lines");
  }

  private byte[] body(int status, Map<String, String> headers) throws IOException, AdminException {
    if (status == 204 || status == 304) {
      return new byte[0];
    }
    String encoding = headers.get("transfer-encoding");
    if (encoding != null) {
      if (!encoding.equalsIgnoreCase("chunked")) {
        throw bad("its transfer encoding is unknown");
      }
      return chunks();
    }
    String length = headers.get("content-length");
    return length == null ? rest() : exactly(number(length, 10));
  }

  private byte[] chunks() throws IOException, AdminException {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    while (true) {
      String line = line();
      int extension = line.indexOf(';');
      int size = number((extension < 0 ? line : line.substring(0, extension)).strip(), 16);
      if (size == 0) {
        headers();
        return body.toByteArray();
      }
      checkSize((long) body.size() + size);
      body.write(exactly(size));
      if (!line().isEmpty()) {
        throw bad("a chunk is longer than it says");
      }
    }
  }

  private byte[] exactly(int size) throws IOException, AdminException {
    byte[] bytes = in.readNBytes(size);
    if (bytes.length < size) {
      throw bad("it ends after " + bytes.length + " of " + size + " bytes");
    }
    return bytes;
  }

  private byte[] rest() throws IOException, AdminException {
    byte[] bytes = in.readNBytes(maxBodyBytes + 1);
    checkSize(bytes.length);
    return bytes;
  }

  private int number(String digits, int radix) throws AdminException {
    try {
      long value = Long.parseLong(digits, radix);
      if (value >= 0) {
        checkSize(value);
        return (int) value;
      }
    } catch (NumberFormatException e) {
      throw bad("a length in it is not a number");
    }
    throw bad("a length in it is negative");
  }

  private void checkSize(long bytes) throws AdminException {
    if (bytes > maxBodyBytes) {
      throw bad(
          "it is larger than the " + maxBodyBytes + " bytes this command takes; ask for less");
    }
  }

  private String line() throws IOException, AdminException {
    ByteArrayOutputStream line = new ByteArrayOutputStream(80);
    for (int b = in.read(); b != '\n'; b = in.read()) {
      if (b < 0) {
        throw new EOFException("the connection ended inside the answer");
      }
      if (line.size() == MAX_LINE_BYTES) {
        throw bad("a header line is longer than " + MAX_LINE_BYTES + " bytes");
      }
      line.write(b);
    }
    String text = line.toString(StandardCharsets.ISO_8859_1);
    return text.endsWith("\r") ? text.substring(0, text.length() - 1) : text;
  }

  private static AdminException bad(String why) {
    return new AdminException(Reason.BAD_ANSWER, "the broker's answer makes no sense: " + why);
  }
}
