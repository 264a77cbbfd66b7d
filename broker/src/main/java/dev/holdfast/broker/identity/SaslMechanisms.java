package dev.holdfast.broker.identity;

import java.util.List;

/** The SASL mechanisms this broker offers. Any thread. */
public interface SaslMechanisms {

  /** Names to offer to this peer, best first. */
  List<String> offered(PeerInfo peer);

  /** Starts an exchange; a mechanism that was not offered yields one that fails. */
  SaslExchange start(String mechanism, PeerInfo peer);
}
