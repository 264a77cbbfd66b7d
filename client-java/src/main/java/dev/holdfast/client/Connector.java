package dev.holdfast.client;

import dev.holdfast.client.HoldfastException.Reason;
import dev.holdfast.client.wire.BrokerVertx;
import dev.holdfast.client.wire.ClientLoop;
import dev.holdfast.client.wire.Endpoint;
import io.vertx.amqp.AmqpClient;
import io.vertx.amqp.AmqpClientOptions;
import io.vertx.amqp.AmqpConnection;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.PemTrustOptions;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Makes one connection at a time. Everything here runs on the event loop. */
final class Connector {
  private static final int HEARTBEAT_MS = 15_000;
  private static final int MAX_FRAME_BYTES = 64 * 1024;

  /** Told the outcome of an attempt: exactly one of both is given. */
  interface Outcome {
    void done(@Nullable AmqpConnection connection, @Nullable HoldfastException failure);
  }

  private final ClientLoop loop;
  private final ClientOptions options;
  private final BrokerVertx vertx;
  private final AmqpClient client;

  // Owned by the event loop.
  private int attempt;

  Connector(ClientLoop loop, ClientOptions options) {
    this.loop = loop;
    this.options = options;
    this.vertx = new BrokerVertx(loop, options.endpoint());
    this.client = AmqpClient.create(vertx, amqpOptions(options));
  }

  private static AmqpClientOptions amqpOptions(ClientOptions options) {
    Endpoint endpoint = options.endpoint();
    AmqpClientOptions amqp =
        new AmqpClientOptions()
            .setHost(endpoint.host())
            .setPort(endpoint.port())
            .setContainerId(options.containerId())
            .setConnectTimeout((int) options.timeouts().connect().toMillis())
            .setHeartbeat(HEARTBEAT_MS)
            .setMaxFrameSize(MAX_FRAME_BYTES);
    ClientOptions.Login login = options.login();
    if (login == null) {
      amqp.addEnabledSaslMechanism("EXTERNAL").addEnabledSaslMechanism("ANONYMOUS");
    } else {
      amqp.setUsername(login.user()).setPassword(login.password()).addEnabledSaslMechanism("PLAIN");
    }
    if (endpoint.tls()) {
      amqp.setSsl(true)
          .setHostnameVerificationAlgorithm("HTTPS")
          .setEnabledSecureTransportProtocols(Set.of("TLSv1.3"));
      byte[] trust = options.trustPem();
      if (trust != null) {
        amqp.setTrustOptions(new PemTrustOptions().addCertValue(Buffer.buffer(trust)));
      }
    }
    return amqp;
  }

  /** Starts an attempt; what an earlier one left behind is closed first. */
  void connect(Outcome outcome) {
    vertx.closeSockets();
    int mine = ++attempt;
    long timer = loop.schedule(options.timeouts().connect(), () -> timedOut(mine, outcome));
    client
        .connect()
        .onComplete(
            result -> {
              loop.cancel(timer);
              if (mine != attempt) {
                return;
              }
              attempt++;
              if (result.succeeded()) {
                outcome.done(result.result(), null);
              } else {
                vertx.closeSockets();
                outcome.done(null, Failures.ofConnect(result.cause(), server()));
              }
            });
  }

  private void timedOut(int mine, Outcome outcome) {
    if (mine == attempt) {
      attempt++;
      vertx.closeSockets();
      outcome.done(
          null,
          new HoldfastException(
              Reason.CONNECTION_LOST,
              server() + ": no answer within " + options.timeouts().connect().toMillis() + " ms"));
    }
  }

  /** Gives up any attempt and cuts what is open. */
  void cut() {
    attempt++;
    vertx.closeSockets();
  }

  String server() {
    return options.endpoint().display();
  }
}
