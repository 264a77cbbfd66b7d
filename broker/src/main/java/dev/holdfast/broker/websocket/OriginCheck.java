package dev.holdfast.broker.websocket;

import io.netty.util.NetUtil;
import java.util.Locale;
import java.util.Set;

/**
 * Keeps pages of the web away from the broker: a browser lets any page open a WebSocket to any
 * host, loopback included, and says in {@code Origin} (RFC 6454) where the page came from.
 *
 * <p>Programs that are no browsers send none, or, as Netty's client does, one made up from the
 * address they connect to. That one is let through where no page can have it: it would have been
 * loaded from this very listener, which serves none. A page whose host name was made to point here
 * (DNS rebinding) would have such an origin too, unless the host is an address or {@code
 * localhost}, or TLS has shown the browser that the certificate is for another name. Immutable.
 */
record OriginCheck(Set<String> allowed, boolean tls, boolean clientCertificate) {

  private static final String HTTP = "http://";
  private static final String HTTPS = "https://";

  boolean accepts(String origin, String host) {
    String from = origin.toLowerCase(Locale.ROOT);
    String here = host.toLowerCase(Locale.ROOT);
    if (allowed.contains(from)) {
      return true;
    }
    if (tls && from.equals(HTTPS + here)) {
      return true;
    }
    if (!from.equals(HTTP + here)) {
      return false;
    }
    // Whoever can alter plain HTTP to this name can make such a page; it gets nothing by it unless
    // the browser adds a client certificate by itself.
    return tls ? !clientCertificate : neverResolved(here);
  }

  private static boolean neverResolved(String hostAndPort) {
    int colon = hostAndPort.lastIndexOf(':');
    boolean port = colon > hostAndPort.lastIndexOf(']');
    String host = port ? hostAndPort.substring(0, colon) : hostAndPort;
    boolean bracketed = host.startsWith("[") && host.endsWith("]");
    return host.equals("localhost")
        || NetUtil.isValidIpV4Address(host)
        || (bracketed && NetUtil.isValidIpV6Address(host.substring(1, host.length() - 1)));
  }
}
