package dev.holdfast.it.wire;

import dev.holdfast.broker.tls.TestCa;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** Passes TCP connections on over TLS, showing a client's certificate. Any thread. */
public final class TlsRelay implements AutoCloseable {
  private final ServerSocket listener = new ServerSocket(0, 8, InetAddress.getLoopbackAddress());
  private final SSLContext context;
  private final int port;

  /**
   * Starts one.
   *
   * @param shown the client's certificate and key
   * @param directory for its stores
   * @param port of a TLS listener on localhost
   * @throws IOException when it cannot listen
   */
  public TlsRelay(TestCa.Issued shown, Path directory, int port) throws IOException {
    this.port = port;
    try {
      KeyManagerFactory keys = KeyManagerFactory.getInstance("PKIX");
      keys.init(
          load(shown.keyStore(directory.resolve("relay.p12"))), TestCa.PASSWORD.toCharArray());
      TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
      trust.init(load(shown.ca().trustStore(directory.resolve("relay-trust.p12"))));
      context = SSLContext.getInstance("TLSv1.3");
      context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
    start(this::accept);
  }

  private static KeyStore load(Path file) throws IOException, GeneralSecurityException {
    KeyStore store = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(file)) {
      store.load(in, TestCa.PASSWORD.toCharArray());
    }
    return store;
  }

  private static void start(Runnable work) {
    Thread thread = new Thread(work, "tls-relay");
    thread.setDaemon(true);
    thread.start();
  }

  /**
   * Where connections are passed on.
   *
   * @return an address of loopback
   */
  public InetSocketAddress address() {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), listener.getLocalPort());
  }

  private void accept() {
    try {
      while (true) {
        Socket near = listener.accept();
        Socket far = context.getSocketFactory().createSocket("localhost", port);
        start(() -> pump(near, far));
        start(() -> pump(far, near));
      }
    } catch (IOException closed) {
      // That is its end.
    }
  }

  private static void pump(Socket from, Socket to) {
    try (from;
        to) {
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      byte[] buffer = new byte[16_384];
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        out.write(buffer, 0, n);
        out.flush();
      }
    } catch (IOException closed) {
      // The other direction ends with it.
    }
  }

  @Override
  public void close() throws IOException {
    listener.close();
  }
}
