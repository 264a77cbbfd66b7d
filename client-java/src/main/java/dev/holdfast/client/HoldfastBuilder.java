package dev.holdfast.client;

import dev.holdfast.client.HoldfastException.Reason;
import dev.holdfast.client.wire.Backoff;
import dev.holdfast.client.wire.Endpoint;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Options of a connection. Not thread-safe. */
public final class HoldfastBuilder {
  private static final int AMQP_PORT = 5672;
  private static final int AMQPS_PORT = 5671;
  private static final Duration FIRST_PAUSE = Duration.ofMillis(50);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(10);

  private final URI uri;
  private @Nullable String user;
  private char @Nullable [] password;
  private @Nullable Path trust;
  private String containerId = "holdfast-client-" + UUID.randomUUID();
  private boolean checkServerUid = true;
  private boolean passwordWithoutTls;
  private Duration connectTimeout = Duration.ofSeconds(10);
  private Duration closeTimeout = Duration.ofSeconds(10);
  private Duration waitForBroker = Duration.ZERO;
  private int reconnectAttempts = Integer.MAX_VALUE;
  private final List<Consumer<StateChange>> listeners = new ArrayList<>();

  HoldfastBuilder(String uri) {
    try {
      this.uri = new URI(uri);
    } catch (URISyntaxException wrong) {
      throw invalid(uri + " is not an address: " + wrong.getReason()).causedBy(wrong);
    }
  }

  /** Name to log in with (SASL PLAIN); none on a Unix socket, where the kernel vouches. */
  public HoldfastBuilder user(String name) {
    this.user = name;
    return this;
  }

  /** Password, or a token with user {@code token}; copied. Kept in memory for reconnecting. */
  public HoldfastBuilder password(char[] secret) {
    this.password = secret.clone();
    return this;
  }

  /** AMQP container-id; random unless set. */
  public HoldfastBuilder containerId(String id) {
    this.containerId = id;
    return this;
  }

  /** File of certificates (PEM) to trust instead of the JVM's; for {@code amqps}. */
  public HoldfastBuilder trust(Path pem) {
    this.trust = pem;
    return this;
  }

  /**
   * Whether the process on the Unix socket must run as the owner of the socket's directory; true
   * unless set. If not, connecting fails with reason UNTRUSTED_SERVER, code HF-TLS-PEER.
   */
  public HoldfastBuilder checkServerUid(boolean check) {
    this.checkServerUid = check;
    return this;
  }

  /** Lets a password go over the network in clear; false unless set. Loopback is always fine. */
  public HoldfastBuilder allowPasswordWithoutTls(boolean allow) {
    this.passwordWithoutTls = allow;
    return this;
  }

  /** For one attempt to connect and for attaching a producer or consumer; 10 s unless set. */
  public HoldfastBuilder connectTimeout(Duration timeout) {
    this.connectTimeout = timeout;
    return this;
  }

  /** For what is in progress when something is closed; 10 s unless set. */
  public HoldfastBuilder closeTimeout(Duration timeout) {
    this.closeTimeout = timeout;
    return this;
  }

  /** How long {@link #connect} keeps trying while nobody answers; zero (one attempt) unless set. */
  public HoldfastBuilder waitForBroker(Duration patience) {
    this.waitForBroker = patience;
    return this;
  }

  /** Attempts in a row after a lost connection before giving up; unlimited unless set, 0: none. */
  public HoldfastBuilder reconnectAttempts(int attempts) {
    this.reconnectAttempts = attempts;
    return this;
  }

  /** Called on the callback thread at each change of state; must not block for long. */
  public HoldfastBuilder onStateChange(Consumer<StateChange> listener) {
    listeners.add(listener);
    return this;
  }

  /**
   * Connects and waits until the broker has let us in.
   *
   * @throws HoldfastException AUTHENTICATION_FAILED; UNTRUSTED_SERVER; CONNECTION_LOST when nobody
   *     answers; INVALID for options that do not fit together
   */
  public Holdfast connect() {
    Endpoint endpoint = endpoint();
    ClientOptions options =
        new ClientOptions(
            endpoint,
            containerId,
            login(endpoint),
            trustPem(endpoint),
            new ClientOptions.Timeouts(
                positive("connectTimeout", connectTimeout),
                positive("closeTimeout", closeTimeout),
                waitForBroker),
            new ClientOptions.Reconnect(
                reconnectAttempts,
                new Backoff(FIRST_PAUSE, LONGEST_PAUSE, new SplittableRandom())));
    return Holdfast.open(options, List.copyOf(listeners));
  }

  private Endpoint endpoint() {
    String scheme = String.valueOf(uri.getScheme());
    if (scheme.equals("unix")) {
      String path = uri.getPath();
      if (path == null || path.length() < 2 || uri.getAuthority() != null) {
        throw invalid(uri + ": a Unix socket is written unix:///path/to/amqp.sock");
      }
      return new Endpoint("localhost", 0, false, Path.of(path), checkServerUid);
    }
    boolean tls = scheme.equals("amqps");
    if (!tls && !scheme.equals("amqp")) {
      throw invalid(uri + ": must start with amqp://, amqps:// or unix:///");
    }
    String host = uri.getHost();
    String path = uri.getPath();
    if (uri.getUserInfo() != null) {
      throw invalid("user and password do not belong into the address; set them on the builder");
    }
    if (host == null || (path != null && path.length() > 1) || uri.getQuery() != null) {
      throw invalid(uri + ": written " + scheme + "://host:port, with nothing behind it");
    }
    String bare = host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
    int port = uri.getPort() >= 0 ? uri.getPort() : tls ? AMQPS_PORT : AMQP_PORT;
    return new Endpoint(bare, port, tls, null, false);
  }

  private ClientOptions.@Nullable Login login(Endpoint endpoint) {
    if (user == null || password == null) {
      if (user != null || password != null) {
        throw invalid("user and password come together; one of them is missing");
      }
      return null;
    }
    String host = endpoint.host();
    boolean local =
        endpoint.socket() != null
            || host.equals("localhost")
            || host.equals("::1")
            || host.matches("127(\\.\\d{1,3}){3}");
    if (!endpoint.tls() && !local && !passwordWithoutTls) {
      throw invalid(
          endpoint.display()
              + " would carry the password in clear; use amqps, or allowPasswordWithoutTls(true)");
    }
    return new ClientOptions.Login(user, new String(password));
  }

  private byte @Nullable [] trustPem(Endpoint endpoint) {
    if (trust == null) {
      return null;
    }
    if (!endpoint.tls()) {
      throw invalid("trusted certificates are given, but the address is not amqps://");
    }
    try {
      return Files.readAllBytes(trust);
    } catch (IOException unreadable) {
      throw invalid("cannot read the trusted certificates in " + trust + ": " + unreadable)
          .causedBy(unreadable);
    }
  }

  private static Duration positive(String name, Duration value) {
    if (value.toMillis() < 1) {
      throw invalid(name + " " + value + ": must be at least 1 ms");
    }
    return value;
  }

  private static HoldfastException invalid(String message) {
    return new HoldfastException(Reason.INVALID, message);
  }
}
