package dev.holdfast.cli.http;

import dev.holdfast.cli.http.AdminException.Reason;
import java.io.EOFException;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * Asks the management API (docs/openapi.yaml) over its Unix socket. Each exchange has a connection
 * of its own: one costs microseconds here, and nothing of an exchange that failed can leak into the
 * next. Blocks its caller, no longer than the timeout.
 */
public final class AdminClient {
  private static final int MAX_BODY_BYTES = 64 * 1024 * 1024;
  // struct sockaddr_un: 108 bytes on Linux, 104 on macOS, one of them for the closing zero.
  private static final int MAX_SOCKET_PATH_BYTES = 103;
  private static final String BASE = "/api/v1";
  private static final String HEX = "0123456789ABCDEF";

  private final Path socket;
  private final Duration timeout;
  private final LongSupplier nanoTime;

  /**
   * A client; nothing is connected yet.
   *
   * @param socket path of the admin socket
   * @param timeout for one exchange as a whole
   * @param nanoTime monotonic clock, in nanoseconds
   */
  public AdminClient(Path socket, Duration timeout, LongSupplier nanoTime) {
    this.socket = socket;
    this.timeout = timeout;
    this.nanoTime = nanoTime;
  }

  /**
   * One request and its answer, whatever its status.
   *
   * @param path below {@code /api/v1}, encoded ({@link #segment})
   * @param json body, or empty for none
   */
  public HttpAnswer exchange(String method, String path, String json) throws AdminException {
    byte[] body = json.getBytes(StandardCharsets.UTF_8);
    checkSocket();
    try (TimedChannel channel = TimedChannel.connect(socket, timeout, nanoTime)) {
      channel.write(ByteBuffer.wrap(head(method, path, body.length)));
      channel.write(ByteBuffer.wrap(body));
      return new AnswerReader(channel.input(), MAX_BODY_BYTES).read();
    } catch (SocketTimeoutException e) {
      throw new AdminException(
          Reason.TIMEOUT,
          "the broker at %s gave no answer within %d s; whether it did the work is unknown"
              .formatted(socket, timeout.toSeconds()));
    } catch (EOFException e) {
      throw new AdminException(
          Reason.UNREACHABLE, "the broker at " + socket + " closed the connection unanswered");
    } catch (IOException e) {
      throw failedToConnect(e);
    }
  }

  /** A name as one segment of a path, percent-encoded (RFC 3986 §2.1). */
  public static String segment(String name) {
    StringBuilder out = new StringBuilder(name.length() + 8);
    for (byte b : name.getBytes(StandardCharsets.UTF_8)) {
      if (isPlain(b)) {
        out.append((char) b);
      } else {
        out.append('%').append(HEX.charAt((b >> 4) & 0xf)).append(HEX.charAt(b & 0xf));
      }
    }
    return out.toString();
  }

  private static boolean isPlain(byte b) {
    boolean letter = (b >= 'a' && b <= 'z') || (b >= 'A' && b <= 'Z');
    // The dot is encoded too: "." and ".." alone would be taken for steps of the path.
    return letter || (b >= '0' && b <= '9') || b == '-' || b == '_' || b == '~';
  }

  private void checkSocket() throws AdminException {
    if (socket.toString().getBytes(StandardCharsets.UTF_8).length > MAX_SOCKET_PATH_BYTES) {
      throw new AdminException(
          Reason.UNREACHABLE,
          "the socket path %s is longer than the %d bytes a Unix socket may have"
              .formatted(socket, MAX_SOCKET_PATH_BYTES));
    }
  }

  private static byte[] head(String method, String path, int bodyBytes) {
    String head =
        method
            + ' '
            + BASE
            + path
            + " HTTP/1.1\r\nHost: holdfast\r\nAccept: application/json\r\nConnection: close\r\n"
            + (bodyBytes > 0 ? "Content-Type: application/json\r\n" : "")
            + "Content-Length: "
            + bodyBytes
            + "\r\n\r\n";
    return head.getBytes(StandardCharsets.US_ASCII);
  }

  private AdminException failedToConnect(IOException e) {
    String detail = String.valueOf(e.getMessage());
    if (detail.contains("ermission denied")) {
      return new AdminException(
          Reason.DENIED, "this user may not open the socket " + socket + "; ask for its group");
    }
    if (!Files.exists(socket) || detail.contains("refused")) {
      return new AdminException(
          Reason.UNREACHABLE, "no broker listens at " + socket + "; start one with: holdfast up");
    }
    return new AdminException(
        Reason.UNREACHABLE, "the connection to " + socket + " failed: " + detail);
  }
}
