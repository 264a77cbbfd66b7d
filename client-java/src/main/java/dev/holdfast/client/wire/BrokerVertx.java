package dev.holdfast.client.wire;

import io.vertx.core.internal.VertxWrapper;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetClientOptions;
import java.util.ArrayList;
import java.util.List;

/**
 * The Vert.x handed to the AMQP library, which offers no other place to choose the socket. Keeps
 * the net client of the newest attempt: one that becomes unreachable closes its connections.
 */
public final class BrokerVertx extends VertxWrapper {
  private final Endpoint endpoint;

  // Owned by the event loop.
  private final List<NetClient> netClients = new ArrayList<>();

  /** A Vert.x on the given loop whose net clients reach the given endpoint. */
  public BrokerVertx(ClientLoop loop, Endpoint endpoint) {
    super(loop.vertx());
    this.endpoint = endpoint;
  }

  @Override
  public NetClient createNetClient(NetClientOptions options) {
    NetClient client = new BrokerNetClient(super.createNetClient(options), endpoint);
    netClients.add(client);
    return client;
  }

  /** Closes the sockets of all attempts so far, open or half open. On the event loop. */
  public void closeSockets() {
    netClients.forEach(NetClient::close);
    netClients.clear();
  }
}
